// How fast the page is, and how smoothly it runs while a DaemonSet with many nodes is applied and updated:
// `node tests/journeys/speed.mjs [nodes] [slower] [speed]`, after `cargo xtask build`. `slower` is how many times slower than this machine the
// browser's processor is made, `speed` that of the cluster's clock. The engine's worker is as slow as the page then.

import { openPage, startBrowser, startServer } from './browser.mjs';

const [nodes, slower, speed] = [Number(process.argv[2] ?? 150), Number(process.argv[3] ?? 4), process.argv[4] ?? '10×'];
const server = await startServer({ compressed: true });
const browser = await startBrowser();
const { page, trouble } = await openPage(browser, server.address, '#/sandbox');
await page.locator('.cm-content').first().waitFor();
await page.locator('.node').first().waitFor();
await sayWhatArrived();
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable');

/** What was downloaded until something was to be seen, and until the editor was there. */
async function sayWhatArrived() {
  const { painted, editor } = await page.evaluate(() => {
    const wall = (entry) => performance.timeOrigin + entry.startTime;
    return {
      painted: wall(performance.getEntriesByName('first-contentful-paint')[0]),
      editor: wall(performance.getEntriesByType('resource').find((entry) => /\/editor-[^/]*\.js$/.test(entry.name))),
    };
  });
  const bytes = (until) => server.sent.filter((one) => one.at <= until).reduce((sum, one) => sum + one.bytes, 0);
  const began = server.sent[0].at;
  console.log(`first contentful paint after ${(painted - began).toFixed(0)} ms and ${bytes(painted)} bytes; the editor is asked for after ${(editor - began).toFixed(0)} ms and ${bytes(editor)} bytes; in all ${bytes(Infinity)} bytes`);
}

/** Counts frames and long tasks on the page's thread while the function runs, and for so many seconds after it. */
async function watch(name, act, seconds) {
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.evaluate(() => {
    const seen = { frames: 0, longest: 0, tasks: [], begun: performance.now(), going: true };
    seen.observer = new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration))));
    seen.observer.observe({ type: 'longtask' });
    let last = seen.begun;
    const frame = (now) => {
      seen.frames += 1;
      seen.longest = Math.max(seen.longest, now - last);
      last = now;
      if (seen.going) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    globalThis.seen = seen;
  });
  const took = await act();
  await page.waitForTimeout(seconds * 1000);
  const { fps, tasks, longest } = await page.evaluate(() => {
    seen.going = false;
    seen.observer.disconnect();
    return { fps: seen.frames / ((performance.now() - seen.begun) / 1000), tasks: seen.tasks.sort((a, b) => b - a), longest: seen.longest };
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const heap = metrics.find((metric) => metric.name === 'JSHeapUsedSize').value / 1e6;
  const engine = await page.workers()[0].evaluate(() => globalThis.program.memory.buffer.byteLength / 1e6);
  console.log(`${name}: ${took ? `${took.toFixed(0)} ms; ` : ''}${fps.toFixed(0)} frames a second, longest pause ${longest.toFixed(0)} ms, ${tasks.length} tasks over 50 ms: ${tasks.slice(0, 8).join(' ')}; page's script heap ${heap.toFixed(0)} MB, engine's memory ${engine.toFixed(0)} MB`);
  console.log('  ', await page.locator('.dsbar').innerText().then((text) => text.replace(/\s+/g, ' ')), await page.locator('.clock').innerText());
}

/** Applies, and answers how many milliseconds later the stage shows every pod up to date and available. */
const apply = () => page.evaluate((nodes) => new Promise((done) => {
  const begun = performance.now();
  document.querySelector('.edfoot .primary').click();
  const number = (index) => Number(document.querySelectorAll('.stat dd')[index]?.textContent);
  // A first apply has nothing before it; an update has begun when some pods are not up to date any more.
  let started = Number.isNaN(number(0));
  const look = () => {
    // In kubectl's order: desired, current, ready, up-to-date, available.
    started ||= number(3) < nodes;
    if (started && number(0) === nodes && number(3) === nodes && number(4) === nodes) done(performance.now() - begun);
    else if (performance.now() - begun > 120_000) done(NaN);
    else setTimeout(look, 5);
  };
  look();
}), nodes);

await page.locator('.toolbar button', { hasText: 'Add nodes' }).click();
await page.locator('.form [name=count]').fill(String(nodes - 9));
await watch(`${nodes} nodes join`, () => page.evaluate(() => document.querySelector('.form button[type=submit]').click()), 3);
await page.locator('.transport select').selectOption(speed);
await page.waitForTimeout(3000);
await watch('first apply', apply, 1);
await page.waitForTimeout(2000);
await page.locator('.cm-content').first().click();
await page.keyboard.press('ControlOrMeta+a');
await page.keyboard.insertText(`apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-proxy, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: kube-proxy}}
  updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}
  template:
    metadata: {labels: {k8s-app: kube-proxy}}
    spec:
      containers: [{name: kube-proxy, image: "registry.k8s.io/kube-proxy:v1.36.1"}]
`);
await page.waitForTimeout(500);
await watch('rolling update', apply, 1);
console.log(...trouble);
await browser.close();
await server.stop();
