// Starts the programs: the engine in a worker, and the page, which finds the worker as `engine`. A file of its own, so that
// the content security policy needs no inline script.
const { js, wasm } = document.querySelector('meta[name="program"]').dataset;
const address = (path) => new URL(path, document.baseURI);

try {
  const worker = new Worker(address(document.querySelector('meta[name="engine"]').content), { type: 'module', name: 'engine' });
  // For the page, which comes later and says so in words.
  worker.addEventListener('error', () => { worker.failed = true; });
  globalThis.engine = worker;
} catch {
  // A browser without workers: the page finds none, and says so.
}

try {
  const { default: init } = await import(address(js));
  await init({ module_or_path: address(wasm) });
} catch (error) {
  const notice = document.getElementById('boot-failed');
  if (notice) notice.hidden = false;
  throw error;
}
