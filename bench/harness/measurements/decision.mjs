export async function measureDecision() {}
