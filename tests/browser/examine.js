// One document in every mode: how wide it is, what axe-core finds, what it asks for, and how it looks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { colours, measure, said, structure } from "./inside.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [375, 600];
const SCHEMES = ["light", "dark"];
const ALL_OF_A_PAGE = 2400; // px at which no table scrolls: axe cannot judge the colours of what is cut off
const IN_MAIL = { region: { enabled: false }, "landmark-one-main": { enabled: false } };

/** Every width × scheme; a mail also without its style sheet, as Gmail shows it to those with other providers' accounts. */
function modes(kind) {
  const styled = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => ({ width, scheme, bare: false })));
  const bare = kind === "mail" ? WIDTHS.map((width) => ({ width, scheme: "light", bare: true })) : [];
  return [...styled, ...bare]; // the bare ones last: the style sheet does not come back
}

/** `page`: a tab, used for one document after the other. */
export async function examine(page, { name, path, kind }, screenshots) {
  const asked = await open(page, path);
  if (kind === "page") await page.addStyleTag({ content: "main{max-width:none!important}" }); // 1,000 px, for the widest
  const set = async (width, scheme) => {
    await page.setViewport({ width, height: 800 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  };
  const unfold = (open) => page.$$eval("details", (all, open) => all.forEach((one) => (one.open = open)), open);
  const seen = [];
  for (const mode of modes(kind)) {
    const { width, scheme, bare } = mode;
    await set(width, scheme);
    if (bare) await page.$$eval("style", (all) => all.forEach((one) => one.remove()));
    if (!bare || width === WIDTHS[0]) await shoot(page, width, `${screenshots}/${name}-${width}-${bare ? "bare" : scheme}.png`);
    await unfold(true);
    const found = { violations: [], unsure: [] };
    const add = (more) => Object.keys(found).forEach((key) => found[key].push(...more[key]));
    const measured = await page.evaluate(measure);
    // A colour scheme changes colours only, and a page's width none of them.
    if (scheme === "light" && !bare) add(await page.evaluate(structure, kind === "mail" ? IN_MAIL : {}));
    if (kind === "page" && width === WIDTHS[0]) await set(ALL_OF_A_PAGE, scheme);
    if (kind === "mail" ? !bare || width === WIDTHS[0] : width === WIDTHS[0]) add(await page.evaluate(colours));
    await unfold(false);
    seen.push({ ...mode, ...measured, ...found });
  }
  return { name, kind, asked, modes: seen };
}

/** Opens a file that gets nothing else, no picture either; the list of what it asks for, and of errors of its script. */
async function open(page, path) {
  const asked = [], own = new URL(`file://${path}`).href;
  page.removeAllListeners("request").removeAllListeners("pageerror");
  page.on("request", (request) => {
    if (request.url() === own) return request.continue();
    asked.push(request.url().slice(0, 200));
    return request.abort();
  });
  page.on("pageerror", (error) => asked.push(`error: ${error.message}`));
  await page.goto(own, { waitUntil: "load" });
  await page.evaluate(`${AXE}; axe.said = ${said}`);
  return asked;
}

/** The upper 4,000 px: what is below looks alike. */
async function shoot(page, width, path) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewport({ width, height: Math.min(4000, height) });
  await page.screenshot({ path, captureBeyondViewport: false, optimizeForSpeed: true });
}
