// Says whether the page is told what happens: htmx keeps the connection, this shows its state to people.
const said = document.getElementById("live");

function say(state, text) {
  said.hidden = false;
  said.dataset.state = state;
  said.textContent = text;
}

document.addEventListener("htmx:sse:after:connection", () => say("live", "Live"));
document.addEventListener("htmx:sse:error", () => say("lost", "Reconnecting"));
document.addEventListener("htmx:sse:close", () => { said.hidden = true; });
