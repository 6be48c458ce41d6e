// Lets what Chromium moves in a marquee, whose own shadow root `this` is, stand half way, where its text is in sight.
function () {
  const held = this.getAnimations().filter((each) => each.playState === "running").map((each) => [each, each.currentTime, performance.now()]);
  for (const [each] of held) {
    each.pause();
    each.currentTime = each.effect.getComputedTiming().endTime / 2;
  }
  return {
    release: () => {
      for (const [each, was, since] of held) {
        each.currentTime = was + performance.now() - since;
        each.play();
      }
    },
  };
}
