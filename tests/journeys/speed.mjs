// How smoothly the page runs while a DaemonSet with many nodes is applied and updated: `node tests/journeys/speed.mjs [nodes] [slower]`, after
// `cargo xtask build`. `slower` is how many times slower than this machine the browser's processor is made.

import { openPage, startBrowser, startServer } from './browser.mjs';

const [nodes, slower] = [Number(process.argv[2] ?? 150), Number(process.argv[3] ?? 4)];
const server = await startServer();
const browser = await startBrowser();
const { page, trouble } = await openPage(browser, server.address, '#/sandbox');
await page.locator('.cm-content').first().waitFor();
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable');

/** Counts frames and long tasks while the function runs, and for so many seconds after it. */
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
  await act();
  await page.waitForTimeout(seconds * 1000);
  const { fps, tasks, longest } = await page.evaluate(() => {
    seen.going = false;
    seen.observer.disconnect();
    return { fps: seen.frames / ((performance.now() - seen.begun) / 1000), tasks: seen.tasks.sort((a, b) => b - a), longest: seen.longest };
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const heap = metrics.find((metric) => metric.name === 'JSHeapUsedSize').value / 1e6;
  console.log(`${name}: ${fps.toFixed(0)} frames a second, longest pause ${longest.toFixed(0)} ms, ${tasks.length} tasks over 50 ms: ${tasks.slice(0, 8).join(' ')}; script heap ${heap.toFixed(0)} MB`);
  console.log('  ', await page.locator('.dsbar').innerText().then((text) => text.replace(/\s+/g, ' ')), await page.locator('.clock').innerText());
}

const apply = () => page.evaluate(() => document.querySelector('.edfoot .primary').click());
await page.locator('.toolbar button', { hasText: 'Add nodes' }).click();
await page.locator('.form [name=count]').fill(String(nodes - 9));
await watch(`${nodes} nodes join`, () => page.evaluate(() => document.querySelector('.form button[type=submit]').click()), 3);
await page.locator('.transport select').selectOption('10×');
await page.waitForTimeout(3000);
await watch('first apply', apply, 5);
await page.waitForTimeout(8000);
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
await watch('rolling update', apply, 8);
console.log(...trouble);
await browser.close();
await server.stop();
