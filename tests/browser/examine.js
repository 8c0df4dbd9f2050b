// One document in every mode: how wide it is, what axe-core finds, what it asks for, and how it looks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [375, 600];
const SCHEMES = ["light", "dark"];
const IN_MAIL = { region: { enabled: false }, "landmark-one-main": { enabled: false } };

/** Every width × scheme; a mail also without its style sheet, as Gmail shows it to those with other providers' accounts. */
function modes(kind) {
  const styled = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme, bare: false })));
  return kind === "mail" ? [...styled, ...WIDTHS.map((width) => ({ width, scheme: "light", bare: true }))] : styled;
}

/**
 * In the page: axe. Its colour-contrast judges single characters and signs too, which it else leaves to a person, and
 * what a box that scrolls has cut off; of pictures it sees nothing (tests/reports/test_palette.py does). `colours`: that rule alone, since a colour scheme changes nothing else.
 */
async function judge(rules, colours) {
  const id = "color-contrast";
  const usual = axe._audit.checks[id].options;
  axe.configure({ checks: [{ id, options: { ...usual, ignoreLength: true, ignoreUnicode: false } }] });
  const resultTypes = ["violations", "incomplete"];
  const uncut = document.createElement("style");
  uncut.textContent = ".scroll{overflow:visible!important}";
  const found = [];
  if (!colours) found.push(await axe.run(document, { resultTypes, rules: { ...rules, [id]: { enabled: false } } }));
  document.head.append(uncut);
  found.push(await axe.run({ include: document, exclude: ["svg"] }, { resultTypes, runOnly: [id] }));
  uncut.remove();
  const said = (kind) =>
    found.flatMap((one) => one[kind]).map((one) => ({
      rule: one.id,
      nodes: one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary ?? ""}`),
    }));
  return { violations: said("violations"), unsure: said("incomplete") };
}

/** In the page: the widest it can be scrolled, and the smallest letters. */
function measure() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let smallest = Infinity;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const isShown = node.data.trim() && node.parentElement.checkVisibility() && node.parentElement.tagName !== "SCRIPT";
    if (isShown) smallest = Math.min(smallest, parseFloat(getComputedStyle(node.parentElement).fontSize));
  }
  return { scroll_width: document.documentElement.scrollWidth, smallest_px: smallest, words: document.body.innerText };
}

export async function examine(browser, { name, path, kind }, screenshots) {
  const page = await browser.newPage();
  const requests = [], seen = [];
  const own = new URL(`file://${path}`).href;
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url() === own) return request.continue();
    requests.push(request.url().slice(0, 200));
    return request.abort();
  });
  page.on("pageerror", (error) => requests.push(`error: ${error.message}`));
  await page.goto(own, { waitUntil: "load" });
  await page.evaluate(AXE);
  for (const mode of modes(kind)) {
    await page.setViewport({ width: mode.width, height: 800 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: mode.scheme }]);
    if (mode.bare) await page.evaluate(() => document.querySelectorAll("style").forEach((one) => one.remove()));
    const file = `${name}-${mode.width}-${mode.bare ? "bare" : mode.scheme}.png`;
    await shoot(page, mode.width, `${screenshots}/${file}`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const measured = await page.evaluate(measure);
    const judged = await page.evaluate(judge, kind === "mail" ? IN_MAIL : {}, mode.scheme === "dark" || mode.bare);
    seen.push({ ...mode, ...measured, ...judged });
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = false)));
  }
  await page.close();
  return { name, kind, requests, modes: seen };
}

/** The upper 4,000 px: what is below looks alike. */
async function shoot(page, width, path) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewport({ width, height: Math.min(4000, height) });
  await page.screenshot({ path, captureBeyondViewport: false, optimizeForSpeed: true });
}
