// Reads {chromium, profile, screenshots, documents: [{name, path, kind}]} as JSON from standard input; writes what was found.
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { complaints } from "./complaints.js";
import { examine } from "./examine.js";

const job = JSON.parse(readFileSync(0, "utf8"));
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
];
const browser = await puppeteer.launch({
  executablePath: job.chromium, headless: true, protocolTimeout: 60_000, userDataDir: job.profile, args: QUIET,
});
try {
  const found = [], page = await browser.newPage();
  await page.setRequestInterception(true);
  for (const one of job.documents) {
    const result = await examine(page, one, job.screenshots);
    if (one.kind === "mail") result.complaints = complaints(readFileSync(one.path, "utf8"));
    found.push(result);
  }
  process.stdout.write(JSON.stringify(found));
} finally {
  await browser.close();
}
