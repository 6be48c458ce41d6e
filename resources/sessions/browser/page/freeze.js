// Brings what still animates to its end, endless ones back to their beginning; leaves the focus ring alone.
() => {
  for (const animation of document.getAnimations()) {
    try {
      const timing = animation.effect?.getComputedTiming();
      if (!timing || timing.endTime === Infinity || animation.playbackRate === 0) animation.cancel();
      else animation.finish();
    } catch { animation.cancel(); }
  }
  for (const media of document.querySelectorAll("video, audio")) {
    try { media.pause(); if (media.currentTime && isFinite(media.duration)) media.currentTime = 0; } catch { /* a live stream */ }
  }
}
