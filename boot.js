// Starts the program. A file of its own, so that the content security policy needs no inline script.
const { js, wasm } = document.querySelector('meta[name="program"]').dataset;
const address = (path) => new URL(path, document.baseURI);

try {
  const { default: init } = await import(address(js));
  await init({ module_or_path: address(wasm) });
} catch (error) {
  const notice = document.getElementById('boot-failed');
  if (notice) notice.hidden = false;
  throw error;
}
