// The bench's Workers as a program of alchemy: one process deploys WORKERS of them, all at once.
import alchemy from "alchemy";
import { Worker } from "alchemy/cloudflare";

const numbers = Array.from({ length: Number(process.env.WORKERS) }, (_, i) => i + 1);

const app = await alchemy("bench");
await Promise.all(
  numbers.map((number) =>
    Worker(`w${number}`, {
      name: `bench-${number}`,
      entrypoint: `w${number}/index.js`,
      compatibilityDate: "2026-04-01",
      bindings: { NUMBER: `${number}` },
      url: true,
    }),
  ),
);
await app.finalize();
