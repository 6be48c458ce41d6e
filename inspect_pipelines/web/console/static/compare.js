// Two runs beside each other: a region of the list is shown in the pictures without loading the page again.
import "./diff.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("#places a[data-box]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  document.querySelector("ip-diff")?.show([...document.querySelectorAll("#places [data-box]")].indexOf(link));
});

const current = document.querySelector(".film [aria-current]");
const strip = document.querySelector(".film ol");
if (current && strip) strip.scrollLeft = current.offsetLeft - strip.clientWidth / 2 + current.clientWidth / 2;
