// Fetches the editor chunk, whose address stands in the page, once the page has been painted.

export async function load() {
  const place = document.querySelector('meta[name="editor"]')?.content;
  if (!place) throw new Error('the page names no editor chunk');
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  return import(new URL(place, document.baseURI).href);
}
