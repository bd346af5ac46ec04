// Shorthands for tests that make mail in code and look at the message object it becomes.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "convert/to_mapi.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::test {

/// LF as CRLF.
inline std::string crlf(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += c == '\n' ? "\r\n" : std::string(1, c);
    }
    return result;
}

inline mail::Message mail_of(std::string source) {
    mail::Message message;
    message.source = base::memory_source(std::move(source));
    message.id = "#1";
    return message;
}

/// Without the recipe for the exact source, which has tests of its own.
inline mapi::Message mapi_of(const mail::Message& message,
                             const ToMapiOptions& options = {.exact_source = false}) {
    base::IgnoreDiagnostics ignore;
    return to_mapi(message, options, ignore);
}

/// A message whose source is written with LF.
inline mapi::Message mapi_of(std::string_view source) {
    return mapi_of(mail_of(crlf(source)));
}

inline std::string text(const mapi::PropertyBag& bag, mapi::PropertyTag tag) {
    return bag.text(tag).value_or("(absent)");
}
inline std::string text(const mapi::Message& message, mapi::PropertyTag tag) {
    return text(message.properties, tag);
}
inline std::string bytes(const mapi::Message& message, mapi::PropertyTag tag) {
    const auto value = message.properties.binary(tag);
    return value ? std::string(base::as_text(*value)) : "(absent)";
}
inline std::string data(const mapi::Attachment& attachment) {
    return attachment.data ? base::read_all_text(*attachment.data, std::uint64_t{1} << 30)
                           : "(none)";
}
inline std::string name(const mapi::Attachment& attachment) {
    return text(attachment.properties, mapi::PidTagAttachLongFilename);
}
inline bool hidden(const mapi::Attachment& attachment) {
    return attachment.properties.boolean(mapi::PidTagAttachmentHidden);
}
inline std::string time(const mapi::Message& message, mapi::PropertyTag tag) {
    const auto value = message.properties.time(tag);
    const auto unix_time = value ? base::to_unix_time(*value) : std::nullopt;
    return unix_time ? base::iso8601(*unix_time) : "(absent)";
}

}  // namespace mbx::convert::test
