// Modified UTF-7: how IMAP4rev1 servers, and Maildirs and mboxes on their disks, write folder names
// (RFC 3501 5.1.3). Keywords that an atom cannot hold are written so, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mbx::base {

/// From UTF-8; what is not valid UTF-8 becomes U+FFFD. Never fails. `also_encoded`: printable ASCII
/// characters that are not to stand for themselves; never "&".
std::string encode_modified_utf7(std::string_view utf8, std::string_view also_encoded = {});

/// To UTF-8; nullopt unless `text` is exactly what encode_modified_utf7() gives for some text:
/// names with 8-bit bytes, a bare '&', needless or sloppy encoding are no modified UTF-7.
std::optional<std::string> decode_modified_utf7(std::string_view text,
                                                std::string_view also_encoded = {});

}  // namespace mbx::base
