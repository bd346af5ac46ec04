// Modified UTF-7: how IMAP4rev1 servers, and Maildirs and mboxes on their disks, write folder names
// (RFC 3501 5.1.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mbx::store {

/// From UTF-8; what is not valid UTF-8 becomes U+FFFD. Never fails.
std::string encode_modified_utf7(std::string_view utf8);

/// To UTF-8; nullopt unless `text` is exactly what encode_modified_utf7() gives for some text:
/// names with 8-bit bytes, a bare '&', needless or sloppy encoding are no modified UTF-7.
std::optional<std::string> decode_modified_utf7(std::string_view text);

}  // namespace mbx::store
