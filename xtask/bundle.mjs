// Bundles what the page has beside the program: run by Trunk's hooks (`styles`, `editor`), and by `cargo xtask test` (`editor`).
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const OUT = 'target/page';
// Browsers of 2023 and later: native CSS nesting, `:has`, module workers.
const TARGET = ['chrome112', 'firefox117', 'safari16.5'];

/** Style sheets with their imports, as one file that Trunk copies under a hashed name. */
async function styles() {
  await build({ entryPoints: ['styles/main.css'], bundle: true, minify: true, target: TARGET, outfile: join(OUT, 'main.css'), logLevel: 'warning' });
}

/** The editor chunk, for the page being published and, under a fixed name, for the component tests. */
async function editor() {
  const result = await build({
    entryPoints: ['editor/editor.js'], bundle: true, minify: true, format: 'esm', target: TARGET,
    outfile: join(OUT, 'editor.js'), legalComments: 'none', logLevel: 'warning', write: false,
  });
  const code = result.outputFiles[0].contents;
  await writeFile(join(OUT, 'editor.js'), code);

  const staging = process.env.TRUNK_STAGING_DIR;
  if (!staging) return;
  const name = `editor-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
  await writeFile(join(staging, name), code);
  const page = join(staging, 'index.html');
  await writeFile(page, publish(await readFile(page, 'utf8'), name));
  if (process.env.TRUNK_PROFILE === 'release') await minifyScripts(staging);
}

/** The page's HTML with the editor's address in it, without comments and indentation. */
function publish(html, editorName) {
  const place = '<meta name="editor" content="">';
  if (!html.includes(place)) throw new Error(`index.html has no ${place}`);
  return html.replace(place, `<meta name="editor" content="./${editorName}">`).replace(/<!--.*?-->/gs, '').replace(/\n\s+/g, '\n');
}

/** Minifies the scripts that Trunk and wasm-bindgen wrote. */
async function minifyScripts(dir) {
  for (const entry of await readdir(dir, { recursive: true })) {
    if (!entry.endsWith('.js') || entry.startsWith('editor-')) continue;
    const path = join(dir, entry);
    const { code } = await transform(await readFile(path, 'utf8'), { minify: true, format: 'esm', target: 'es2022', legalComments: 'none' });
    await writeFile(path, code);
  }
}

await mkdir(OUT, { recursive: true });
const tasks = { styles, editor };
for (const name of process.argv.slice(2)) await tasks[name]();
