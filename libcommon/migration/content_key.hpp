// What a message is recognised by after it has been to another store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/byte_source.hpp"
#include "base/sha256.hpp"

namespace mbx::migration {

struct ContentKey {
    /// SHA-256 of all bytes, with CRLF as LF and without line ends at the end: what every store
    /// keeps, whichever line ends it writes.
    base::Sha256Digest bytes{};
    /// Of Message-ID, Date, From and Subject, with X for NUL and bytes over 0x7F: for servers that
    /// rewrite messages. nullopt when there is neither Message-ID nor Date.
    std::optional<std::uint64_t> header;
    std::uint64_t size = 0;  ///< of the bytes hashed

    bool operator==(const ContentKey&) const = default;
};

/// Reads the message once. Throws what reading throws.
ContentKey content_key(const base::ByteSource& source);

/// Hexadecimal, and the way back (nullopt when it is no such text).
std::string to_string(const base::Sha256Digest& digest);
std::optional<base::Sha256Digest> parse_digest(std::string_view hex);

}  // namespace mbx::migration
