// From registration to a purchase, with the types that were generated from /openapi.json.
import createClient from "openapi-fetch";
import type { paths } from "./api";

declare const process: { argv: string[]; exitCode: number };
declare const console: { log(text: string): void; error(error: unknown): void };

const [, , baseUrl, phase, told] = process.argv;
const email = "typescript@test.example";
const password = "Correct-Horse-7-Battery";
const api = createClient<paths>({ baseUrl });

const granted = <T>({ data, error }: { data?: T; error?: unknown }): T => {
  if (error !== undefined || data === undefined) throw new Error(JSON.stringify(error));
  return data;
};

const register = async () => {
  const account = granted(
    await api.POST("/api/v1/auth/register", {
      body: {
        email,
        password,
        date_of_birth: "1990-05-17",
        state: "TX",
        accepted_terms: true,
        accepted_rules: true,
      },
    }),
  );
  if (account.status !== "pending") throw new Error(account.status);
};

const buy = async (token: string) => {
  granted(await api.POST("/api/v1/auth/verify-email", { body: { token } }));
  const session = granted(await api.POST("/api/v1/auth/login", { body: { email, password } }));
  api.use({
    onRequest: ({ request }) => {
      request.headers.set("Authorization", `Bearer ${session.access_token}`);
    },
  });
  granted(
    await api.PUT("/api/v1/users/me/profile", {
      body: { display_name: "Typed", biological_sex: "female", fitness_level: "advanced" },
    }),
  );
  const end = new Date();
  const logged = granted(
    await api.POST("/api/v1/activities", {
      body: {
        activity_type: "steps",
        start_time: new Date(end.getTime() - 60_000).toISOString(),
        end_time: end.toISOString(),
        duration_minutes: 1,
        source: "manual",
        metrics: { steps: 3000 },
      },
    }),
  );
  const [drawing] = granted(await api.GET("/api/v1/drawings", { params: { query: { status: "open" } } })).items;
  const bought = granted(
    await api.POST("/api/v1/drawings/{id}/tickets", {
      params: { path: { id: drawing.drawing_id }, header: { "Idempotency-Key": "typescript-1" } },
      body: { quantity: 2 },
    }),
  );
  const refused = await api.POST("/api/v1/drawings/{id}/tickets", {
    params: { path: { id: drawing.drawing_id } },
    body: { quantity: 1_000_000 },
  });
  console.log(JSON.stringify({ logged: logged.balance, bought, refused: refused.error?.code }));
};

(phase === "register" ? register() : buy(told)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
