// Bundles what the page has beside its programs: run by Trunk's hooks (`styles`, `publish`), and by `cargo xtask test` (`editor`).
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const OUT = 'target/page';
// Browsers of 2023 and later: native CSS nesting, `:has`, module workers.
const TARGET = ['chrome112', 'firefox117', 'safari16.5'];

const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Style sheets with their imports, as one file that Trunk copies under a hashed name. */
async function styles() {
  await build({ entryPoints: ['styles/main.css'], bundle: true, minify: true, target: TARGET, outfile: join(OUT, 'main.css'), logLevel: 'warning' });
}

/** The editor chunk under a fixed name, for the component tests; returns its code. */
async function editor() {
  const result = await build({
    entryPoints: ['editor/editor.js'], bundle: true, minify: true, format: 'esm', target: TARGET,
    outfile: join(OUT, 'editor.js'), legalComments: 'none', logLevel: 'warning', write: false,
  });
  const code = result.outputFiles[0].contents;
  await writeFile(join(OUT, 'editor.js'), code);
  return code;
}

/** Puts the editor's chunk and the engine's files beside the page that Trunk is about to publish, and their addresses into it. */
async function publish() {
  const staging = process.env.TRUNK_STAGING_DIR;
  const code = await editor();
  const editorName = `editor-${hash(code)}.js`;
  await writeFile(join(staging, editorName), code);
  const engineName = await engine(staging);
  const page = join(staging, 'index.html');
  await writeFile(page, address(await readFile(page, 'utf8'), { editor: editorName, engine: engineName }));
  if (process.env.TRUNK_PROFILE === 'release') await minifyScripts(staging);
}

/** The worker's script: engine.js with what wasm-bindgen wrote, in one file. Trunk does not put hashes in a worker's names. */
async function engine(staging) {
  const program = join(staging, 'engine_bg.wasm');
  const programName = `engine-${hash(await readFile(program))}.wasm`;
  await rename(program, join(staging, programName));
  const glue = join(staging, 'engine.js');
  const result = await build({
    entryPoints: ['engine.js'], bundle: true, minify: true, format: 'esm', target: TARGET, legalComments: 'none', logLevel: 'warning', write: false,
    plugins: [{ name: 'glue', setup: ({ onResolve }) => onResolve({ filter: /engine_glue\.js$/ }, () => ({ path: resolve(glue) })) }],
  });
  const code = result.outputFiles[0].text.replaceAll('engine_program.wasm', programName).replaceAll('engine_bg.wasm', programName);
  await rm(glue);
  const name = `engine-${hash(code)}.js`;
  await writeFile(join(staging, name), code);
  return name;
}

/** The page's HTML with addresses in it, without comments and indentation. */
function address(html, names) {
  for (const [what, name] of Object.entries(names)) {
    const place = `<meta name="${what}" content="">`;
    if (!html.includes(place)) throw new Error(`index.html has no ${place}`);
    html = html.replace(place, `<meta name="${what}" content="./${name}">`);
  }
  return html.replace(/<!--.*?-->/gs, '').replace(/\n\s+/g, '\n');
}

/** Minifies the scripts that Trunk and wasm-bindgen wrote. */
async function minifyScripts(dir) {
  for (const entry of await readdir(dir, { recursive: true })) {
    if (!entry.endsWith('.js') || /^(editor|engine)-/.test(entry)) continue;
    const path = join(dir, entry);
    const { code } = await transform(await readFile(path, 'utf8'), { minify: true, format: 'esm', target: 'es2022', legalComments: 'none' });
    await writeFile(path, code);
  }
}

await mkdir(OUT, { recursive: true });
const tasks = { styles, editor, publish };
for (const name of process.argv.slice(2)) await tasks[name]();
