// What a mail server's plugins make of a message before they write it (Dovecot's zlib, mail_crypt).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"

namespace mbx::store {

/// How a file that starts so is compressed or encrypted, in words; empty when it is not.
std::string_view packing_of(std::string_view start);
inline constexpr std::string_view kGzipPacking = "compressed with gzip";

/// What comes out of the start of a gzip file, as far as it goes.
std::string gunzipped_start(std::string_view start);

/// More than any server takes, so that a small file cannot fill the disk; bytes.
inline constexpr std::uint64_t kLargestUnpacked = 1024 * 1024 * 1024;

/// The message in a file: the file itself, or what comes out of it when it is gzip. The size that a
/// Maildir name states (S=) is not asked: it is wrong often enough, and gzip has a checksum.
/// Throws Error(BadData) when the gzip is damaged, cut short or yields more than `limit`
/// bytes, and when the file is packed in another way; Error(Io) when it cannot be read, or what
/// comes out cannot be held.
base::SharedSource unpacked(base::SharedSource file, std::uint64_t limit = kLargestUnpacked);

}  // namespace mbx::store
