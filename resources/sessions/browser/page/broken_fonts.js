// The families of fonts that the page wanted and could not use.
() => [...new Set([...document.fonts].filter((font) => font.status === "error").map((font) => font.family.replace(/^["']|["']$/g, "")))]
