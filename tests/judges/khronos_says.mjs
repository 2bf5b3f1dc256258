// Khronos' glTF validator: node khronos_says.mjs FILE...; prints one line of JSON.
// What belongs here: asking it. What does not: what the answer should be.

import { readFile } from 'node:fs/promises';
import validator from 'gltf-validator';

async function say(path) {
  const report = await validator.validateBytes(new Uint8Array(await readFile(path)), { uri: path });
  const { numErrors, numWarnings, numInfos, numHints, messages } = report.issues;
  return {
    errors: numErrors,
    warnings: numWarnings,
    infos: numInfos,
    hints: numHints,
    messages: messages.map((issue) => `${issue.code} ${issue.pointer ?? ''}: ${issue.message}`),
    triangles: report.info?.totalTriangleCount,
    vertices: report.info?.totalVertexCount,
    images: report.info?.resources?.filter((r) => r.image).map((r) => [r.image.width, r.image.height]),
  };
}

const verdicts = {};
for (const path of process.argv.slice(2)) {
  // a file too broken to be parsed is refused by throwing
  verdicts[path] = await say(path).catch((refusal) => ({ errors: 1, messages: [String(refusal)] }));
}
console.log(JSON.stringify(verdicts));
