// Addresses of visible images that have loaded and cannot be shown.
async () => {
  const failed = [...document.images].filter((e) => e.complete && !e.naturalWidth && (e.currentSrc || e.src) && e.checkVisibility());
  const checked = await Promise.all(failed.map((e) => e.decode().then(() => null, () => e.currentSrc || e.src)));
  return [...new Set(checked.filter(Boolean))].slice(0, 20);
}
