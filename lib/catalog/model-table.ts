/**
 * What is known of the vendors' models, one line a model:
 *
 *   id  context-window  most-output  flags  input output cache-read cache-write  [>N input output cache-read cache-write]
 *
 * Tokens and US dollars per million tokens; `-` and missing columns are unknown. Flags: v vision, t tools, r reasoning.
 * `plan` instead of prices: paid by subscription. `>N`: these prices hold for the whole request once its prompt passes N tokens.
 *
 * Figures as of 2026-08-22, single rows newer. Source: the models.dev catalogue and vendors' rate cards. Ids and prices rot in
 * weeks: they are estimates, and `price` and `capabilities` of a mapping override them. Kept as text because it is looked up a
 * few times at a start and a table of objects would stay in memory for good.
 */
export const MODEL_TABLE_DATE = "2026-08-22";

export const MODEL_TABLE: Readonly<Record<string, string>> = {
  anthropic: `
claude-fable-5 1000000 128000 vtr 10 50 1 12.5
claude-fable-5-1 1000000 128000 vtr 10 50 0.25 12.5
claude-haiku-4-5 200000 64000 vtr 1 5 0.1 1.25
claude-haiku-4-5-20251001 200000 64000 vtr 1 5 0.1 1.25
claude-haiku-5-5 1000000 128000 vtr 0.1 0.5 0.01 0.125 >100000 0.5 2.5 0.05 0.625
claude-mythos-5-1 1000000 128000 vtr 10 50 0.25 12.5
claude-opus-4-5 200000 64000 vtr 5 25 0.5 6.25
claude-opus-4-5-20251101 200000 64000 vtr 5 25 0.5 6.25
claude-opus-4-6 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-4-7 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-4-8 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-5 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-5-5 1000000 128000 vtr 4 20 0.2 5
claude-sonnet-4-5 200000 64000 vtr 3 15 0.3 3.75
claude-sonnet-4-5-20250929 200000 64000 vtr 3 15 0.3 3.75
claude-sonnet-4-6 1000000 128000 vtr 3 15 0.3 3.75
claude-sonnet-5 1000000 128000 vtr 2 10 0.2 2.5
claude-sonnet-5-5 1000000 128000 vtr 2 10 0.1 2.5
`,
  baseten: `
deepseek-ai/DeepSeek-V4-Flash-0731 1048576 384000 tr 0.13 0.26 0.028
deepseek-ai/DeepSeek-V4-Pro 1048576 262144 tr 1.74 3.48 0.145
deepseek-ai/DeepSeek-V4-Pro-0813 1048576 262144 tr 1.32 3.96
moonshotai/Kimi-K2.5 262000 262000 vtr 0.6 3 0.12
moonshotai/Kimi-K2.6 262000 262000 vtr 0.95 4 0.16
moonshotai/Kimi-K2.7-Code 262000 262000 vtr 0.95 4 0.16
moonshotai/Kimi-K3 1048576 262144 vtr 3 15
nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B 202800 202800 tr 0.6 2.4 0.12
nvidia/Nemotron-120B-A12B 202800 202800 tr 0.3 0.75 0.06
openai/gpt-oss-120b 128072 128072 tr 0.1 0.5
zai-org/GLM-4.7 200000 200000 tr 0.6 2.2 0.12
zai-org/GLM-5 202800 202800 tr 0.95 3.15 0.2
zai-org/GLM-5.1 202800 202800 tr 1.3 4.3 0.26
zai-org/GLM-5.2 1048576 262144 vtr 1.4 4.4 0.3
zai-org/GLM-5.2-Fast 1048576 262144 vtr 2.1 6.6 0.21
`,
  cerebras: `
gemma-4-31b 131072 40960 vtr 0.99 1.49
gpt-oss-120b 131072 40960 tr 0.35 0.75
`,
  deepinfra: `
MiniMaxAI/MiniMax-M2.5 196608 131072 tr 0.15 1.15 0.03
Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo 262144 66536 t 0.3 1
Qwen/Qwen3.5-35B-A3B 262144 81920 vtr 0.14 1 0.05
Qwen/Qwen3.5-397B-A17B 262144 81920 vtr 0.45 3 0.22
Qwen/Qwen3.6-35B-A3B 262144 81920 vtr 0.15 0.95
XiaomiMiMo/MiMo-V2.5 262144 16384 vtr 0.4 2 0.08
XiaomiMiMo/MiMo-V2.5-Pro 1048576 16384 tr 1 3 0.2
deepseek-ai/DeepSeek-R1-0528 163840 64000 tr 0.5 2.15 0.35
deepseek-ai/DeepSeek-V3.2 163840 64000 tr 0.26 0.38 0.13
deepseek-ai/DeepSeek-V4-Flash 1048576 16384 tr 0.1 0.2 0.02
deepseek-ai/DeepSeek-V4-Pro 1048576 16384 tr 1.3 2.6 0.1
google/gemma-4-26B-A4B-it 262144 32768 vtr 0.07 0.34
google/gemma-4-31B-it 262144 32768 vtr 0.13 0.38
meta-llama/Llama-3.3-70B-Instruct-Turbo 131072 16384 t 0.1 0.32
meta-llama/Llama-4-Scout-17B-16E-Instruct 327680 16384 vt 0.1 0.3
moonshotai/Kimi-K2.5 262144 32768 vtr 0.45 2.25 0.07
moonshotai/Kimi-K2.6 262144 16384 vtr 0.75 3.5 0.15
moonshotai/Kimi-K2.7-Code 262144 262144 vtr 0.74 3.5 0.15
openai/gpt-oss-120b 131072 16384 tr 0.039 0.19
openai/gpt-oss-20b 131072 16384 tr 0.03 0.14
zai-org/GLM-4.6 202752 131072 tr 0.43 1.74 0.08
zai-org/GLM-4.7 202752 16384 tr 0.4 1.75 0.08
zai-org/GLM-4.7-Flash 202752 16384 tr 0.06 0.4
zai-org/GLM-5 202752 16384 tr 0.6 2.08 0.12
zai-org/GLM-5.1 202752 16384 tr 1.05 3.5 0.205
zai-org/GLM-5.2 1048576 32768 tr 0.95 3 0.18
`,
  deepseek: `
deepseek-flash 1000000 393216 vtr 0.15 0.6 0.003
deepseek-v4-flash 1000000 393216 vtr 0.15 0.6 0.003
deepseek-v4-flash-vision-exp 1000000 393216 vtr 0.15 0.6 0.003
deepseek-v4-pro 1000000 393216 vtr 0.15 0.6 0.003
`,
  fireworks: `
accounts/fireworks/models/deepseek-v4-flash 1000000 384000 tr 0.14 0.28 0.028
accounts/fireworks/models/deepseek-v4-flash-0731 1000000 384000 tr 0.14 0.28 0.028
accounts/fireworks/models/deepseek-v4-pro 1000000 384000 tr 1.74 3.48 0.145
accounts/fireworks/models/deepseek-v4-pro-0813 1000000 384000 tr 1.32 3.96 0.044
accounts/fireworks/models/glm-5p2 1048575 131072 tr 1.4 4.4 0.14
accounts/fireworks/models/gpt-oss-120b 131072 32768 tr 0.15 0.6 0.015
accounts/fireworks/models/gpt-oss-20b 131072 32768 tr 0.07 0.3 0.035
accounts/fireworks/models/kimi-k2p6 262000 262000 vtr 0.95 4 0.16
accounts/fireworks/models/kimi-k2p7-code 262000 262000 vtr 0.95 4 0.19
accounts/fireworks/models/kimi-k3 1048576 131072 vtr 3 15 0.3
accounts/fireworks/models/minimax-m2p7 196608 196608 tr 0.3 1.2 0.06
accounts/fireworks/models/minimax-m3 512000 512000 vtr 0.3 1.2 0.06
accounts/fireworks/models/muse-glimmer-30b 131072 131072 vtr 0.35 1.5 0.04
accounts/fireworks/models/nemotron-3-ultra-nvfp4 262144 128000 tr 0.6 2.4 0.119
accounts/fireworks/models/nemotron-lightning-3p5-30b-a3b 262144 262144 tr 0.05 0.2 0.01
accounts/fireworks/models/qwen3p7-plus 262144 65536 vtr 0.4 1.6 0.08
accounts/fireworks/models/qwen3p8-max 262144 131072 tr 2 6 0.25
accounts/fireworks/routers/glm-5p2-fast 1048575 131072 tr 2.1 6.6 0.21
accounts/fireworks/routers/kimi-k2p6-fast 262000 262000 vtr 2 8 0.3
accounts/fireworks/routers/kimi-k2p6-turbo 262000 262000 vtr 2 8 0.3
accounts/fireworks/routers/kimi-k2p7-code-fast 262000 262000 vtr 1.9 8 0.38
accounts/fireworks/routers/kimi-k3-fast 1048576 131072 vtr 4.5 22.5 0.45
`,
  gemini: `
gemini-2.5-flash 1048576 65536 vtr 0.3 2.5 0.03
gemini-2.5-flash-lite 1048576 65536 vtr 0.1 0.4 0.01
gemini-2.5-pro 1048576 65536 vtr 1.25 10 0.125
gemini-3-flash-preview 1048576 65536 vtr 0.5 3 0.05
gemini-3.1-flash-lite 1048576 65536 vtr 0.25 1.5 0.025
gemini-3.1-pro-preview 1048576 65536 vtr 2 12 0.2
gemini-3.1-pro-preview-customtools 1048576 65536 vtr 2 12 0.2
gemini-3.5-flash 1048576 65536 vtr 1.5 9 0.15
gemini-3.5-flash-lite 1048576 65536 vtr 0.3 2.5 0.03
gemini-3.6-flash 1048576 65536 vtr 0.75 3.75 0.075
gemini-3.7-flash 1048576 65536 vtr 0.75 3.75 0.075
gemini-3.8-flash 1048576 65536 vtr 0.75 3.75 0.075
gemini-4-argon 1048576 65536 vtr 2 10 0.1
gemini-flash-latest 1048576 65536 vtr 0.75 3.75 0.075
gemini-flash-lite-latest 1048576 65536 vtr 0.3 2.5 0.03
gemma-4-26b-a4b-it 262144 32768 vtr
gemma-4-31b-it 262144 32768 vtr
`,
  groq: `
openai/gpt-oss-120b 131072 65536 tr 0.15 0.6 0.075
openai/gpt-oss-20b 131072 65536 tr 0.075 0.3 0.0375
qwen/qwen3.6-27b 131072 16384 vtr 0.6 3 0.3
qwen/qwen3.8-27b 131072 - vtr
`,
  "kimi-coding": `
k3 1048576 131072 vtr plan
k3-256k 262144 131072 vtr plan
kimi-for-coding 262144 32768 vtr plan
kimi-for-coding-highspeed 262144 32768 vtr plan
`,
  minimax: `
MiniMax-M2 196608 128000 tr 0.3 1.2
MiniMax-M2.1 204800 131072 tr 0.3 1.2 0.03 0.375
MiniMax-M2.5 204800 131072 tr 0.3 1.2 0.03 0.375
MiniMax-M2.5-highspeed 204800 131072 tr 0.6 2.4 0.06 0.375
MiniMax-M2.7 204800 131072 tr 0.3 1.2 0.06 0.375
MiniMax-M2.7-highspeed 204800 131072 tr 0.6 2.4 0.06 0.375
MiniMax-M3 1000000 128000 vtr 0.3 1.2 0.06
`,
  mistral: `
codestral-latest 256000 4096 t 0.3 0.9
ministral-3b-latest 128000 128000 t 0.04 0.04
ministral-8b-latest 128000 128000 t 0.1 0.1
mistral-large-2512 262144 262144 vt 0.5 1.5
mistral-large-latest 262144 262144 vt 0.5 1.5
mistral-medium-2508 262144 262144 vt 0.4 2
mistral-medium-2604 262144 262144 vtr 1.5 7.5
mistral-medium-latest 262144 262144 vtr 1.5 7.5
mistral-small-2506 128000 16384 vt 0.1 0.3
mistral-small-2603 256000 256000 vtr 0.15 0.6
mistral-small-latest 256000 256000 vtr 0.15 0.6
`,
  moonshot: `
kimi-k2-0711-preview 131072 16384 t 0.6 2.5 0.15
kimi-k2-0905-preview 262144 262144 t 0.6 2.5 0.15
kimi-k2-thinking 262144 262144 tr 0.6 2.5 0.15
kimi-k2-thinking-turbo 262144 262144 tr 1.15 8 0.15
kimi-k2-turbo-preview 262144 262144 t 2.4 10 0.6
kimi-k2.5 262144 262144 vtr 0.6 3 0.1
kimi-k2.6 262144 262144 vtr 0.95 4 0.16
kimi-k2.7-code 262144 262144 vtr 0.95 4 0.19
kimi-k2.7-code-highspeed 262144 262144 vtr 1.9 8 0.38
kimi-k3 1048576 131072 vtr 3 15 0.3
kimi-k3.1-pro 1048576 1048576 vtr 2 10
`,
  nebius: `
MiniMaxAI/MiniMax-M2.5 196608 8192 tr 0.3 1.2 0.03 0.375
MiniMaxAI/MiniMax-M3 1048576 1048576 tr 0.3 1.2
NousResearch/Hermes-4-405B 128000 8192 tr 1 3 0.1 1.25
NousResearch/Hermes-4-70B 128000 8192 tr 0.13 0.4 0.013 0.16
Qwen/Qwen2.5-VL-72B-Instruct 128000 8192 vt 0.25 0.75 0.025 0.31
Qwen/Qwen3-235B-A22B-Instruct-2507 262144 8192 t 0.2 0.6
Qwen/Qwen3-30B-A3B-Instruct-2507 128000 8192 t 0.1 0.3 0.01 0.125
Qwen/Qwen3-32B 128000 8192 t 0.1 0.3 0.01 0.125
Qwen/Qwen3-Next-80B-A3B-Thinking 128000 16384 tr 0.15 1.2 0.015 0.18
Qwen/Qwen3.5-397B-A17B 262144 8192 tr 0.6 3.6 0.06 0.75
deepseek-ai/DeepSeek-V4-Flash 131072 131072 tr 0.14 0.28 0.14
deepseek-ai/DeepSeek-V4-Pro 1000000 384000 tr 1.75 3.5 0.15
google/gemma-3-27b-it 110000 8192 vt 0.1 0.3 0.01
meta-llama/Llama-3.3-70B-Instruct 128000 8192 t 0.13 0.4 0.013 0.16
moonshotai/Kimi-K2.7-Code 262144 8000 tr 0.95 4
moonshotai/Kimi-K3 1048576 8000 tr 3 15 3
nvidia/Llama-3_1-Nemotron-Ultra-253B-v1 128000 4096 t 0.6 1.8 0.06 0.75
nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B 32000 4096 t 0.06 0.24 0.006 0.075
nvidia/nemotron-3-super-120b-a12b 256000 32768 tr 0.3 0.9
openai/gpt-oss-120b 128000 8192 tr 0.15 0.6 0.015 0.18
zai-org/GLM-5.2 432000 432000 tr 1.4 4.4
`,
  novita: `
baidu/ernie-4.5-vl-28b-a3b-thinking 131072 65536 vtr 0.39 0.39
deepseek/deepseek-v3.2 163840 65536 tr 0.269 0.4 0.1345
deepseek/deepseek-v4-flash 1048576 393216 tr 0.14 0.28 0.028
deepseek/deepseek-v4-pro 1048576 393216 tr 1.6 3.2 0.135
google/gemma-4-26b-a4b-it 262144 131072 vtr 0.13 0.4
google/gemma-4-31b-it 262144 131072 vtr 0.14 0.4
inclusionai/ling-2.6-1t 262144 32768 t 0.3 2.5 0.06
inclusionai/ling-2.6-flash 262144 32768 t 0.1 0.3 0.02
inclusionai/ring-2.6-1t 262144 65536 tr 0.3 2.5 0.06
kwaipilot/kat-coder-pro 256000 128000 t 0.3 1.2 0.06
minimax/minimax-m2 204800 131072 tr 0.3 1.2 0.03
minimax/minimax-m2.1 204800 131072 t 0.3 1.2 0.03
minimax/minimax-m2.5 204800 131100 tr 0.3 1.2 0.03
minimax/minimax-m2.5-highspeed 204800 131100 tr 0.6 2.4 0.03
minimax/minimax-m2.7 204800 131072 tr 0.3 1.2 0.06
minimax/minimax-m2.7-highspeed 204800 131072 tr 0.6 2.4 0.06 0.375
moonshotai/kimi-k2-thinking 262144 262144 tr 0.6 2.5 0.15
moonshotai/kimi-k2.5 262144 262144 vtr 0.6 3 0.1
moonshotai/kimi-k2.6 262144 262144 vtr 0.8 3.4 0.16
moonshotai/kimi-k2.7-code 262144 262144 vtr 0.95 4 0.19
moonshotai/kimi-k3 1048576 1048576 vtr 3 15 0.3
moonshotai/kimi-k3.1-pro 1048576 1048576 vtr 2 10 0.2
qwen/qwen3-coder-30b-a3b-instruct 160000 32768 t 0.07 0.27
qwen/qwen3-coder-next 262144 65536 t 0.2 1.5
qwen/qwen3-vl-30b-a3b-instruct 131072 32768 vt 0.2 0.7
qwen/qwen3-vl-30b-a3b-thinking 131072 32768 vt 0.2 1
qwen/qwen3-vl-8b-instruct 131072 32768 vt 0.08 0.5
qwen/qwen3.5-122b-a10b 262144 65536 vtr 0.4 3.2
qwen/qwen3.5-27b 262144 65536 vtr 0.3 2.4
qwen/qwen3.5-35b-a3b 262144 65536 vtr 0.25 2
qwen/qwen3.5-397b-a17b 262144 64000 vtr 0.6 3.6
qwen/qwen3.7-max 1000000 65536 tr 1.25 3.75 0.25 1.5625
xiaomimimo/mimo-v2-flash 262144 32000 tr 0.1 0.3
xiaomimimo/mimo-v2-pro 1048576 131072 tr 2 6 0.4
xiaomimimo/mimo-v2.5-pro 1048576 131072 tr 0.522 1.044 0.0043
zai-org/glm-4.5-air 131072 98304 tr 0.13 0.85 0.025
zai-org/glm-4.6v 131072 32768 vtr 0.3 0.9 0.055
zai-org/glm-4.7 204800 131072 tr 0.6 2.2 0.11
zai-org/glm-4.7-flash 200000 128000 tr 0.07 0.4 0.01
zai-org/glm-5 202800 131072 tr 1 3.2 0.2
zai-org/glm-5.1 204800 131072 tr 1.38 4.4 0.26
zai-org/glm-5.2 1048576 131072 tr 1.4 4.4 0.26
`,
  openai: `
gpt-4.1 1047576 32768 vt 2 8 0.5
gpt-4.1-mini 1047576 32768 vt 0.4 1.6 0.1
gpt-4o 128000 16384 vt 2.5 10 1.25
gpt-4o-2024-08-06 128000 16384 vt 2.5 10 1.25
gpt-4o-2024-11-20 128000 16384 vt 2.5 10 1.25
gpt-4o-mini 128000 16384 vt 0.15 0.6 0.075
gpt-5 400000 128000 vtr 1.25 10 0.125
gpt-5-mini 400000 128000 vtr 0.25 2 0.025
gpt-5-nano 400000 128000 vtr 0.05 0.4 0.005
gpt-5-pro 400000 272000 vtr 15 120
gpt-5.1 400000 128000 vtr 1.25 10 0.125
gpt-5.2 400000 128000 vtr 1.75 14 0.175
gpt-5.2-chat-latest 128000 16384 vtr 1.75 14 0.175
gpt-5.2-pro 400000 128000 vtr 21 168
gpt-5.3-chat-latest 128000 16384 vt 1.75 14 0.175
gpt-5.3-codex 400000 128000 vtr 1.75 14 0.175
gpt-5.3-codex-spark 128000 32000 vtr 1.75 14 0.175
gpt-5.4 1050000 128000 vtr 2.5 15 0.25
gpt-5.4-mini 400000 128000 vtr 0.75 4.5 0.075
gpt-5.4-nano 400000 128000 vtr 0.2 1.25 0.02
gpt-5.4-pro 1050000 128000 vtr 30 180
gpt-5.5 1050000 128000 vtr 5 30 0.5
gpt-5.5-pro 1050000 128000 vtr 30 180
gpt-5.6 1050000 128000 vtr 4 20 0.4
gpt-5.6-luna 1050000 128000 vtr 0.2 1.2 0.02 0.25
gpt-5.6-sol 1050000 128000 vtr 4 20 0.4
gpt-5.6-terra 1050000 128000 vtr 2 12 0.2 2.5
gpt-6-astra 1050000 128000 vtr 10 50 1 12.5 >272000 20 75 2 25
gpt-6-luna 1050000 128000 vtr 0.1 0.5 0.01 0.125 >272000 0.2 0.75 0.02 0.25
gpt-6-sol 1050000 128000 vtr 2 10 0.2 2.5 >272000 4 15 0.4 5
gpt-6.1-sol - - vtr 2 10 0.1 2.5
o3 200000 100000 vtr 2 8 0.5
o3-pro 200000 100000 vtr 20 80
`,
  openrouter: `
anthropic/claude-fable-5 1000000 128000 vtr 10 50 1 12.5
anthropic/claude-haiku-4.5 200000 64000 vtr 1 5 0.1 1.25
anthropic/claude-opus-4.5 200000 64000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.6 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.7 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.7-fast 1000000 128000 vtr 30 150 3 37.5
anthropic/claude-opus-4.8 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.8-fast 1000000 128000 vtr 10 50 1 12.5
anthropic/claude-opus-5 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-opus-5-fast 1000000 128000 vtr 10 50 1 12.5
anthropic/claude-sonnet-4.6 1000000 128000 vtr 3 15 0.3 3.75
anthropic/claude-sonnet-5 1000000 128000 vtr 2 10 0.2 2.5
deepseek/deepseek-chat 163840 16000 t 0.2574 1.0287
deepseek/deepseek-v3.2 163840 163840 tr 0.26 0.38 0.13
deepseek/deepseek-v4-flash 1048576 384000 tr 0.06006 0.12012 0.012012
deepseek/deepseek-v4-flash-0731 1310720 384000 tr 0.08 0.18 0.016
deepseek/deepseek-v4-flash-vision-exp 1048576 384000 vtr 0.22 0.66 0.007
deepseek/deepseek-v4-pro 1048576 384000 tr 0.413772 0.827544 0.034481
deepseek/deepseek-v4-pro-0813 1048576 384000 tr 1.188 3.564 0.0396
google/gemini-3-flash-preview 1048576 65536 vtr 0.5 3 0.05
google/gemini-3.1-flash-lite 1048576 65536 vtr 0.25 1.5 0.025
google/gemini-3.1-flash-lite-preview 1048576 65536 vtr 0.25 1.5 0.025
google/gemini-3.1-pro-preview 1048576 65536 vtr 2 12 0.2
google/gemini-3.1-pro-preview-customtools 1048576 65536 vtr 2 12 0.2
google/gemini-3.5-flash 1048576 65536 vtr 1.5 9 0.15
google/gemini-3.5-flash-lite 1048576 65536 vtr 0.3 2.5 0.03
google/gemini-3.6-flash 1048576 65536 vtr 0.75 3.75 0.075
google/gemini-3.7-flash 1048576 65536 vtr 0.375 1.875 0.0375
minimax/minimax-m2 204800 131072 tr 0.255 1.02
minimax/minimax-m2.1 204800 131072 tr 0.3 1.2 0.03
minimax/minimax-m2.5 204800 128000 tr 0.27 1.08 0.027
minimax/minimax-m2.7 204800 131072 tr 0.3 1.2 0.06
minimax/minimax-m3 1048576 512000 vtr 0.3 1.2 0.06
mistralai/ministral-14b-2512 262144 262144 vt 0.2 0.2 0.02
mistralai/ministral-3b-2512 131072 131072 vt 0.1 0.1 0.01
mistralai/ministral-8b-2512 262144 262144 vt 0.15 0.15 0.015
mistralai/mistral-medium-3-5 262144 262144 vtr 1.5 7.5
mistralai/mistral-small-2603 262144 262144 vtr 0.15 0.6 0.015
moonshotai/kimi-k2-thinking 262144 100352 tr 0.6 2.5 0.15
moonshotai/kimi-k2.5 262144 262144 vtr 0.45 2.25 0.07
moonshotai/kimi-k2.6 262144 262144 vtr 0.5415 2.28 0.0912
moonshotai/kimi-k2.7-code 262144 262144 vtr 0.67 3.4 0.17
moonshotai/kimi-k3 1048576 1048576 vtr 3 15 0.3
nvidia/nemotron-3-nano-30b-a3b 262144 262144 tr 0.05 0.2 0.03
nvidia/nemotron-3-super-120b-a12b 1000000 16384 tr 0.085 0.4
nvidia/nemotron-3-ultra-550b-a55b 512288 16384 tr 0.6 3.6 0.2
nvidia/nemotron-3.5-lightning 262144 131072 tr 0.08 0.2 0.04
openai/gpt-5-pro 400000 128000 vtr 15 120
openai/gpt-5.1 400000 128000 vtr 1.25 10 0.125
openai/gpt-5.1-codex 400000 128000 vtr 1.25 10 0.13
openai/gpt-5.1-codex-max 400000 128000 vtr 1.25 10 0.125
openai/gpt-5.1-codex-mini 400000 128000 vtr 0.25 2 0.03
openai/gpt-5.2 400000 128000 vtr 1.75 14 0.175
openai/gpt-5.2-chat 128000 32000 vt 1.75 14 0.175
openai/gpt-5.2-codex 400000 128000 vtr 1.75 14 0.175
openai/gpt-5.2-pro 400000 128000 vtr 21 168
openai/gpt-5.3-codex 400000 128000 vtr 1.75 14 0.175
openai/gpt-5.4 1050000 128000 vtr 2.5 15 0.25
openai/gpt-5.4-mini 400000 128000 vtr 0.75 4.5 0.075
openai/gpt-5.4-nano 400000 128000 vtr 0.2 1.25 0.02
openai/gpt-5.4-pro 1050000 128000 vtr 30 180
openai/gpt-5.5 1050000 128000 vtr 5 30 0.5
openai/gpt-5.5-pro 1050000 128000 vtr 30 180
openai/gpt-5.6-luna 1050000 128000 vtr 0.2 1.2 0.02 0.25
openai/gpt-5.6-luna-pro 1050000 128000 vtr 0.2 1.2 0.02 0.25
openai/gpt-5.6-sol 1050000 128000 vtr 2 10 0.2 2.5
openai/gpt-5.6-sol-pro 1050000 128000 vtr 2 10 0.2 2.5
openai/gpt-5.6-terra 1050000 128000 vtr 2 12 0.2 2.5
openai/gpt-5.6-terra-pro 1050000 128000 vtr 2 12 0.2 2.5
openai/gpt-chat-latest 400000 128000 vt 5 30 0.5
qwen/qwen3-coder-next 262144 262144 t 0.12 0.8 0.07
qwen/qwen3-max-thinking 262144 65536 tr 0.78 3.9
qwen/qwen3-vl-30b-a3b-instruct 262144 32768 vt 0.13 0.52
qwen/qwen3-vl-30b-a3b-thinking 262144 32768 vtr 0.2 2.4
qwen/qwen3-vl-32b-instruct 131072 32768 vt 0.104 0.416
qwen/qwen3-vl-8b-instruct 262144 32768 vt 0.117 0.455
qwen/qwen3-vl-8b-thinking 131072 32768 vtr 0.18 2.1
qwen/qwen3.5-122b-a10b 262144 65536 vtr 0.26 2.08
qwen/qwen3.5-27b 262144 65536 vtr 0.195 1.56
qwen/qwen3.5-35b-a3b 262144 262144 vtr 0.25 1.25 0.25
qwen/qwen3.5-397b-a17b 262144 65536 vtr 0.39 2.34
qwen/qwen3.5-9b 262144 262144 vtr 0.1 0.15
qwen/qwen3.5-flash-02-23 1000000 65536 vtr 0.065 0.26
qwen/qwen3.5-plus-02-15 1000000 65536 vtr 0.26 1.56
qwen/qwen3.5-plus-20260420 1000000 65536 vtr 0.3 1.8 - 0.375
qwen/qwen3.6-27b 262144 262144 vtr 0.6 3.6 0.12
qwen/qwen3.6-35b-a3b 262144 262144 vtr 0.14 1 0.05
qwen/qwen3.6-flash 1000000 65536 vtr 0.1875 1.125 - 0.234375
qwen/qwen3.6-max-preview 262144 65536 tr 1.027 6.162 - 1.28375
qwen/qwen3.6-plus 1000000 65536 vtr 0.325 1.95 - 0.40625
qwen/qwen3.7-flash 1000000 65536 vtr 0.03 0.13 0.006 0.038
qwen/qwen3.7-max 1000000 131072 tr 1.475 4.425 0.295 1.84375
qwen/qwen3.7-plus 1000000 131072 vtr 0.32 1.28 0.064 0.4
qwen/qwen3.8-2.4t-a95b 1048576 131072 tr 2 6 0.25
qwen/qwen3.8-27b 1000000 131072 vtr 0.45 3.2 0.05
qwen/qwen3.8-max 1000000 131072 vtr 2 6 0.25 2.5
x-ai/grok-4.20 2000000 2000000 vtr 1.25 2.5 0.2
x-ai/grok-4.3 1000000 1000000 vtr 1.25 2.5 0.2
x-ai/grok-4.5 500000 500000 vtr 2 6 0.3
x-ai/grok-4.6 500000 500000 vtr 2 6 0.5
x-ai/grok-build-0.1 256000 256000 vtr 1 2 0.2
xiaomi/mimo-v2.5 1050000 131072 vtr 0.14 0.28 0.0028
xiaomi/mimo-v2.5-pro 1050000 131072 tr 0.435 0.87 0.0036
z-ai/glm-4.6v 131072 32768 vtr 0.3 0.9 0.055
z-ai/glm-4.7 204800 131072 tr 0.4 1.75 0.08
z-ai/glm-4.7-flash 202752 16384 tr 0.06 0.4 0.01
z-ai/glm-5 204800 128000 tr 0.6 1.92 0.12
z-ai/glm-5-turbo 202752 131072 tr 1.2 4 0.24
z-ai/glm-5.1 204800 128000 tr 0.966 3.036 0.1794
z-ai/glm-5.2 1048576 131072 tr 0.966 3.036 0.1932
z-ai/glm-5.3 1048576 131072 tr 1.4 4.4 0.26
z-ai/glm-5v-turbo 202752 131072 vtr 1.2 4 0.24
`,
  together: `
MiniMaxAI/MiniMax-M2.7 202752 131072 tr 0.3 1.2 0.06
MiniMaxAI/MiniMax-M3 524288 250000 vtr 0.3 1.2 0.06
Qwen/Qwen2.5-7B-Instruct-Turbo 32768 32768 t 0.3 0.3
Qwen/Qwen3.5-9B 262144 65536 vtr 0.17 0.25
Qwen/Qwen3.6-Plus 1000000 500000 tr 0.5 3
Qwen/Qwen3.7-Max 1000000 500000 t 1.25 3.75 0.125
deepseek-ai/DeepSeek-V4-Flash-0731 1000000 384000 tr 0.14 0.28 0.03
deepseek-ai/DeepSeek-V4-Pro 512000 384000 tr 1.74 3.48 0.2
deepseek-ai/DeepSeek-V4-Pro-0813 1048576 384000 tr 1.32 3.96 0.13
google/gemma-4-31B-it 262144 131072 vtr 0.39 0.97
meta-llama/Llama-3.3-70B-Instruct-Turbo 131072 131072 t 1.04 1.04
moonshotai/Kimi-K2.6 262144 131000 vtr 1.2 4.5 0.2
moonshotai/Kimi-K2.7-Code 262144 131072 tr 0.95 4 0.19
moonshotai/Kimi-K3 1048576 131072 vtr 3 15 0.3
nvidia/nemotron-3-ultra-550b-a55b 512300 512300 tr 0.6 3.6 0.2
openai/gpt-oss-120b 131072 131072 tr 0.15 0.6
openai/gpt-oss-20b 131072 131072 tr 0.05 0.2
zai-org/GLM-5.2 512000 164000 tr 1.4 4.4 0.26
`,
  "vertex-ai": `
claude-fable-5@default 1000000 128000 vtr 10 50 1 12.5
claude-haiku-4-5@20251001 200000 64000 vtr 1 5 0.1 1.25
claude-opus-4-5@20251101 200000 64000 vtr 5 25 0.5 6.25
claude-opus-4-6@default 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-4-7@default 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-4-8@default 1000000 128000 vtr 5 25 0.5 6.25
claude-opus-5@default 1000000 128000 vtr 5 25 0.5 6.25
claude-sonnet-4-5@20250929 200000 64000 vtr 3 15 0.3 3.75
claude-sonnet-4-6@default 1000000 128000 vtr 3 15 0.3 3.75
claude-sonnet-5@default 1000000 128000 vtr 2 10 0.2 2.5
gemini-2.5-flash 1048576 65536 vtr 0.3 2.5 0.03
gemini-2.5-flash-lite 1048576 65536 vtr 0.1 0.4 0.01
gemini-2.5-pro 1048576 65536 vtr 1.25 10 0.125
gemini-3-flash-preview 1048576 65536 vtr 0.5 3 0.05
gemini-3.1-flash-lite 1048576 65536 vtr 0.25 1.5 0.025
gemini-3.1-pro-preview 1048576 65536 vtr 2 12 0.2
gemini-3.1-pro-preview-customtools 1048576 65536 vtr 2 12 0.2
gemini-3.5-flash 1048576 65536 vtr 1.5 9 0.15
gemini-3.5-flash-lite 1048576 65536 vtr 0.3 2.5 0.03
gemini-3.6-flash 1048576 65536 vtr 0.75 3.75 0.075
gemini-3.7-flash 1048576 65536 vtr 0.75 3.75 0.075
gemini-3.8-flash 1048576 65536 vtr
gemini-4-argon 1048576 65536 vtr
gemini-flash-latest 1048576 65536 vtr 1.5 9 0.15
gemini-flash-lite-latest 1048576 65536 vtr 0.25 1.5 0.025
meta/llama-4-maverick-17b-128e-instruct-maas 524288 8192 vt 0.35 1.15
openai/gpt-oss-120b-maas 131072 32768 tr 0.09 0.36
`,
  xai: `
grok-4.20-0309-non-reasoning 1000000 30000 vt 1.25 2.5 0.2
grok-4.20-0309-reasoning 1000000 30000 vtr 1.25 2.5 0.2
grok-4.3 1000000 30000 vtr 1.25 2.5 0.2
grok-4.5 500000 500000 vtr 2 6 0.3
grok-4.6 500000 500000 vtr 2 6 0.5
grok-4.7 - - vtr 2 6 0.5 - >200000 4 12 1
grok-build-0.1 256000 256000 vtr 1 2 0.2
`,
  "z.ai": `
glm-4.5 131072 98304 tr 0.6 2.2 0.11
glm-4.5-air 131072 98304 tr 0.2 1.1 0.03
glm-4.5-flash 131072 98304 tr 0 0
glm-4.5v 64000 16384 vtr 0.6 1.8
glm-4.6 204800 131072 tr 0.6 2.2 0.11
glm-4.6v 128000 32768 vtr 0.3 0.9
glm-4.7 204800 131072 tr 0.6 2.2 0.11
glm-4.7-flash 200000 131072 tr 0 0
glm-4.7-flashx 200000 131072 tr 0.07 0.4 0.01
glm-5 204800 131072 tr 1 3.2 0.2
glm-5-turbo 200000 131072 tr 1.2 4 0.24
glm-5.1 200000 131072 tr 1.4 4.4 0.26
glm-5.2 1000000 131072 tr 1.4 4.4 0.26
glm-5.3 1000000 131072 tr 1.4 4.4 0.26
glm-5v-turbo 200000 131072 vtr 1.2 4 0.24
glm-5.2-highspeed 1000000 131072 tr plan
`,
  zenmux: `
anthropic/claude-fable-5 1000000 128000 vtr 10 50 1 12.5
anthropic/claude-haiku-4.5 200000 64000 vt 1 5 0.1 1.25
anthropic/claude-opus-4.5 200000 64000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.6 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.7 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-opus-4.8 1000000 128000 vtr 5 25 0.5 6.25
anthropic/claude-sonnet-4.6 1000000 64000 vtr 3 15 0.3 3.75
anthropic/claude-sonnet-5 1000000 128000 vtr 2 10 0.2 4
baidu/ernie-5.0-thinking-preview 128000 64000 vtr 0.84 3.37
deepseek/deepseek-v3.2 128000 64000 tr 0.28 0.43
deepseek/deepseek-v4-flash 1000000 384000 tr 0.14 0.28 0.0028
deepseek/deepseek-v4-pro 1000000 384000 tr 0.435 0.87 0.003625
google/gemini-3-flash-preview 1048000 64000 vtr 0.5 3 0.05
google/gemini-3.1-flash-lite 1048576 65536 vtr 0.25 1.5 0.025
google/gemini-3.1-pro-preview 1048000 64000 vtr 2 12 0.2
google/gemini-3.5-flash 1048576 65536 vtr 1.5 9 0.15
inclusionai/ring-2.6-1t 262000 65000 tr 0.3 2.5 0.06
kuaishou/kat-coder-pro-v2 256000 80000 t 0.3 1.2 0.06
minimax/minimax-m2 204000 64000 tr 0.3 1.2 0.03 0.38
minimax/minimax-m2.1 204000 64000 tr 0.3 1.2 0.03 0.38
minimax/minimax-m2.5 204800 131072 tr 0.3 1.2 0.03 0.375
minimax/minimax-m2.5-lightning 204800 131072 tr 0.6 4.8 0.06 0.75
minimax/minimax-m2.7 204800 131070 tr 0.3055 1.2219
minimax/minimax-m2.7-highspeed 204800 131070 tr 0.611 2.4439
minimax/minimax-m3 512000 128000 vtr 0.6 2.4
moonshotai/kimi-k2.5 262000 64000 vtr 0.58 3.02 0.1
moonshotai/kimi-k2.6 262140 262140 vtr 0.95 4 0.16
moonshotai/kimi-k2.7-code 262144 262144 vtr 0.95 4 0.16
moonshotai/kimi-k3 1048576 131072 vtr 3 15 0.3
openai/gpt-5.1 400000 64000 vtr 1.25 10 0.12
openai/gpt-5.1-chat 128000 64000 vt 1.25 10 0.12
openai/gpt-5.1-codex 400000 64000 vtr 1.25 10 0.12
openai/gpt-5.1-codex-mini 400000 64000 vtr 0.25 2 0.03
openai/gpt-5.2 400000 64000 vtr 1.75 14 0.17
openai/gpt-5.2-codex 400000 64000 vtr 1.75 14 0.17
openai/gpt-5.2-pro 400000 128000 vtr 21 168
openai/gpt-5.3-chat 128000 16380 t 1.75 14
openai/gpt-5.3-codex 400000 128000 tr 1.75 14
openai/gpt-5.4 1050000 128000 vtr 3.75 18.75
openai/gpt-5.4-mini 400000 128000 t 0.75 4.5
openai/gpt-5.4-nano 400000 128000 t 0.2 1.25
openai/gpt-5.4-pro 1050000 128000 vtr 45 225
openai/gpt-5.5 1050000 128000 vtr 5 30 0.5
openai/gpt-5.5-instant 400000 128000 vtr 5 30 0.5
openai/gpt-5.5-pro 1050000 128000 vtr 30 180
openai/gpt-5.6-luna 1050000 128000 vtr 1 6 0.1 1.25
openai/gpt-5.6-sol 1050000 128000 vtr 5 30 0.5 6.25
openai/gpt-5.6-terra 1050000 128000 vtr 2.5 15 0.25 3.125
qwen/qwen3-max 256000 64000 tr 1.2 6
qwen/qwen3.5-flash 1020000 1020000 vt 0.1 0.4
qwen/qwen3.5-plus 1000000 64000 vtr 0.8 4.8
qwen/qwen3.6-plus 1000000 64000 tr 0.5 3 0.05 0.625
qwen/qwen3.7-max 1000000 65536 tr 2.5 7.5 0.5 3.125
qwen/qwen3.7-plus 1000000 64000 vtr 0.4 1.6 0.08 0.5
sapiens-ai/agnes-1.5-lite 256000 256000 vt 0.12 0.6
sapiens-ai/agnes-1.5-pro 256000 256000 tr 0.16 0.8
stepfun/step-3.5-flash 256000 64000 t 0.1 0.3
stepfun/step-3.7-flash 256000 256000 vtr 0.2 1.15
tencent/hy3-preview 256000 64000 tr 0.172 0.572 0.058
volcengine/doubao-seed-1.8 256000 64000 vtr 0.11 0.28 0.02
volcengine/doubao-seed-2.0-code 256000 32000 t 0.9 4.48
volcengine/doubao-seed-2.0-lite 256000 64000 vtr 0.09 0.51 0.02
volcengine/doubao-seed-2.0-mini 256000 64000 vtr 0.03 0.28 0.01
volcengine/doubao-seed-2.0-pro 256000 64000 vtr 0.45 2.24 0.09
x-ai/grok-4.2-fast 2000000 30000 vtr 3 9
x-ai/grok-4.2-fast-non-reasoning 2000000 30000 vt 3 9
x-ai/grok-4.3 1000000 1000000 vtr 1.25 2.5 0.2
x-ai/grok-4.5 500000 500000 vtr 2 6 0.5
x-ai/grok-build-0.1 256000 256000 vtr 1 2 0.2
xiaomi/mimo-v2-flash 262144 65536 tr 0.1 0.3 0.01
xiaomi/mimo-v2-pro 1000000 256000 tr 1 3 0.2
xiaomi/mimo-v2.5 1048576 131072 vtr 0.4 2 0.08
xiaomi/mimo-v2.5-pro 1048576 131072 tr 1 3 0.2
z-ai/glm-4.6v 200000 64000 vtr 0.14 0.42 0.03
z-ai/glm-4.6v-flash 200000 64000 vtr 0.02 0.21 0.0043
z-ai/glm-4.7 200000 64000 tr 0.28 1.14 0.06
z-ai/glm-4.7-flashx 200000 64000 tr 0.07 0.42 0.01
z-ai/glm-5 200000 128000 tr 0.58 2.6 0.14
z-ai/glm-5-turbo 200000 128000 tr 0.88 3.48
z-ai/glm-5.1 200000 131072 tr 0.8781 3.5126 0.1903
z-ai/glm-5.2 1000000 131072 tr 1.4 4.5 0.26
z-ai/glm-5v-turbo 200000 128000 vtr 0.726 3.1946 0.1743
`,
};
