#include "answers.h"

#include <string.h>

#define TEXT "The upstream of the bench answers this to everyone, whatever was asked, in about as many words as a short turn has."
#define MORE " and so the tokens go"

#define EVENT(name, data) "event: " name "\ndata: " data "\n\n"
#define DATA(data) "data: " data "\n\n"

#define ANTHROPIC_MESSAGE                                                                                       \
  "\"id\":\"msg_bench0000000000000000\",\"type\":\"message\",\"role\":\"assistant\","                           \
  "\"model\":\"claude-sonnet-4-20250514\""
#define ANTHROPIC_USAGE                                                                                         \
  "\"input_tokens\":12000,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0"

#define CHAT_CHUNK                                                                                              \
  "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,"                     \
  "\"model\":\"gpt-5.1\",\"choices\":"
#define CHAT_USAGE                                                                                              \
  "\"usage\":{\"prompt_tokens\":12000,\"completion_tokens\":60,\"total_tokens\":12060,"                         \
  "\"prompt_tokens_details\":{\"cached_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}"

#define RESPONSE(status, output, usage)                                                                         \
  "{\"id\":\"resp_bench\",\"object\":\"response\",\"created_at\":1764000000,\"status\":\"" status "\","          \
  "\"error\":null,\"incomplete_details\":null,\"model\":\"gpt-5.1\",\"output\":[" output "],\"usage\":" usage "}"
#define RESPONSE_USAGE                                                                                          \
  "{\"input_tokens\":12000,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":60,"                \
  "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":12060}"
#define RESPONSE_PART(text) "{\"type\":\"output_text\",\"text\":\"" text "\",\"annotations\":[],\"logprobs\":[]}"
#define RESPONSE_ITEM(status, content)                                                                          \
  "{\"id\":\"item_bench\",\"type\":\"message\",\"status\":\"" status "\",\"role\":\"assistant\","               \
  "\"content\":[" content "]}"
#define RESPONSE_AT "\"item_id\":\"item_bench\",\"output_index\":0,\"content_index\":0"

#define GEMINI_USAGE                                                                                            \
  "\"usageMetadata\":{\"promptTokenCount\":12000,\"candidatesTokenCount\":60,\"totalTokenCount\":12060},"       \
  "\"modelVersion\":\"gemini-3-pro-preview\",\"responseId\":\"bench\""

static const struct protocol PROTOCOLS[] = {
    {
        .name = "openai-chat",
        .path_mark = "/chat/completions",
        .json = "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1764000000,\"model\":\"gpt-5.1\","
                "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" TEXT
                "\",\"refusal\":null},\"finish_reason\":\"stop\"}]," CHAT_USAGE "}",
        .stream_start = DATA(CHAT_CHUNK "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                                        "\"finish_reason\":null}],\"usage\":null}"),
        .delta_before = "data: " CHAT_CHUNK "[{\"index\":0,\"delta\":{\"content\":\"@",
        .delta_after = "@" MORE "\"},\"finish_reason\":null}],\"usage\":null}\n\n",
        .stream_end = DATA(CHAT_CHUNK "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}")
            DATA(CHAT_CHUNK "[]," CHAT_USAGE "}") DATA("[DONE]"),
    },
    {
        .name = "openai-responses",
        .path_mark = "/responses",
        .json = RESPONSE("completed", RESPONSE_ITEM("completed", RESPONSE_PART(TEXT)), RESPONSE_USAGE),
        .stream_start =
            EVENT("response.created", "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":" RESPONSE(
                                          "in_progress", "", "null") "}")
                EVENT("response.in_progress",
                      "{\"type\":\"response.in_progress\",\"sequence_number\":1,\"response\":" RESPONSE(
                          "in_progress", "", "null") "}")
                    EVENT("response.output_item.added",
                          "{\"type\":\"response.output_item.added\",\"sequence_number\":2,\"output_index\":0,"
                          "\"item\":" RESPONSE_ITEM("in_progress", "") "}")
                        EVENT("response.content_part.added",
                              "{\"type\":\"response.content_part.added\",\"sequence_number\":3," RESPONSE_AT
                              ",\"part\":" RESPONSE_PART("") "}"),
        .delta_before = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                        "\"sequence_number\":4," RESPONSE_AT ",\"delta\":\"@",
        .delta_after = "@" MORE "\",\"logprobs\":[]}\n\n",
        .stream_end =
            EVENT("response.output_text.done", "{\"type\":\"response.output_text.done\",\"sequence_number\":5," RESPONSE_AT
                                               ",\"text\":\"\",\"logprobs\":[]}")
                EVENT("response.content_part.done",
                      "{\"type\":\"response.content_part.done\",\"sequence_number\":6," RESPONSE_AT
                      ",\"part\":" RESPONSE_PART("") "}")
                    EVENT("response.output_item.done",
                          "{\"type\":\"response.output_item.done\",\"sequence_number\":7,\"output_index\":0,"
                          "\"item\":" RESPONSE_ITEM("completed", RESPONSE_PART("")) "}")
                        EVENT("response.completed",
                              "{\"type\":\"response.completed\",\"sequence_number\":8,\"response\":" RESPONSE(
                                  "completed", RESPONSE_ITEM("completed", RESPONSE_PART("")), RESPONSE_USAGE) "}"),
    },
    {
        .name = "gemini",
        .path_mark = "enerateContent", /* generateContent and streamGenerateContent */
        .json = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" TEXT
                "\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}]," GEMINI_USAGE "}",
        .stream_start = "",
        .delta_before = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"@",
        .delta_after = "@" MORE "\"}],\"role\":\"model\"},\"index\":0}]," GEMINI_USAGE "}\n\n",
        .stream_end = DATA("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},"
                           "\"finishReason\":\"STOP\",\"index\":0}]," GEMINI_USAGE "}"),
    },
    {
        .name = "anthropic",
        .path_mark = "/messages",
        .json = "{" ANTHROPIC_MESSAGE ",\"content\":[{\"type\":\"text\",\"text\":\"" TEXT
                "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{" ANTHROPIC_USAGE
                ",\"output_tokens\":60}}",
        .stream_start = EVENT("message_start",
                              "{\"type\":\"message_start\",\"message\":{" ANTHROPIC_MESSAGE
                              ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{" ANTHROPIC_USAGE
                              ",\"output_tokens\":1}}}")
            EVENT("content_block_start", "{\"type\":\"content_block_start\",\"index\":0,"
                                         "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
                EVENT("ping", "{\"type\":\"ping\"}"),
        .delta_before = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                        "\"delta\":{\"type\":\"text_delta\",\"text\":\"@",
        .delta_after = "@" MORE "\"}}\n\n",
        .stream_end = EVENT("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}")
            EVENT("message_delta", "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
                                   "\"stop_sequence\":null},\"usage\":{\"output_tokens\":60}}")
                EVENT("message_stop", "{\"type\":\"message_stop\"}"),
    },
};

const struct protocol *protocol_of(const char *request_line) {
  size_t length = strcspn(request_line, "\r");
  for (size_t i = 0; i < sizeof PROTOCOLS / sizeof *PROTOCOLS; i++) {
    const char *found = strstr(request_line, PROTOCOLS[i].path_mark);
    if (found && (size_t)(found - request_line) < length) return &PROTOCOLS[i];
  }
  return NULL;
}

void write_stamp(char *to, uint64_t time) {
  for (int at = STAMP_DIGITS - 1; at >= 0; at--) {
    to[at] = (char)('0' + time % 10);
    time /= 10;
  }
}
