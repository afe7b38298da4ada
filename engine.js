// What the page's worker runs: the engine, once it is there. Messages that come sooner wait for it.
import init from './engine_glue.js';

const early = [];
const wait = (event) => early.push(event);
self.onmessage = wait;

try {
  // To be seen from outside: how much memory it has.
  globalThis.program = await init({ module_or_path: new URL('engine_program.wasm', import.meta.url) });
  if (self.onmessage === wait) throw new Error('the engine does not listen');
  for (const event of early) self.onmessage(event);
} catch (error) {
  // An error that nobody catches is told to the page.
  setTimeout(() => { throw error; });
}
