// Makes every call of the API with a client whose types are generated, and prints the answers.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2] });
const verdict = await client.POST("/predict", { body: { review: "A superb film.", explain: true } });
// As text the answer is "1" or "0".
const known: components["schemas"]["Verdict"] | undefined =
  typeof verdict.data === "object" ? verdict.data : undefined;
const batch = await client.POST("/predict/batch", { body: { reviews: ["A superb film.", " "] } });
const first = batch.data?.predictions[0];
const model = await client.GET("/model");
const health = await client.GET("/health", { params: { query: { deep: "true" } } });
const document = await client.GET("/openapi.json");
const feedback = await client.POST("/feedback", {
  body: { review: "A superb film.", predicted: "positive", correct: "positive", request_id: known?.request_id ?? "" },
});
const refused = await client.POST("/predict", { body: { review: " " } });
const heads = await Promise.all([client.HEAD("/model"), client.HEAD("/health"), client.HEAD("/openapi.json")]);
console.log(
  JSON.stringify({
    sentiment: known?.sentiment,
    phrases: known?.phrases?.length,
    first: first && "probability" in first ? first.probability : undefined,
    version: model.data?.model_version,
    health: health.data?.model,
    operations: Object.keys(document.data ?? {}),
    feedback: feedback.data?.status,
    refused: refused.error?.code,
    heads: heads.map(({ response }) => response.status),
  }),
);
