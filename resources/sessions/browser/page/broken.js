// [addresses of visible images that have loaded and cannot be shown, families of fonts that the page wanted and could not use].
async () => {
  const failed = [...document.images].filter((e) => e.complete && !e.naturalWidth && (e.currentSrc || e.src) && e.checkVisibility());
  const checked = await Promise.all(failed.map((e) => e.decode().then(() => null, () => e.currentSrc || e.src)));
  const fonts = [...document.fonts].filter((font) => font.status === "error").map((font) => font.family.replace(/^["']|["']$/g, ""));
  return [[...new Set(checked.filter(Boolean))].slice(0, 20), [...new Set(fonts)]];
}
