// Will the PST fit?
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::migration {

/// Bytes of all files of a mailbox on disk; nullopt for one on a server.
std::optional<std::uint64_t> mailbox_size(const store::MailboxUrl& url);

/// Throws Error(Io) when the file system of `pst_path` has less room than any PST of a mailbox of
/// that size takes, and reports "disk-space" when it may become tight. A PST takes 0.7 to 2.5 times
/// the mailbox: attachments shrink, since they lose their base64, and text doubles as UTF-16.
void check_disk_space(const std::string& pst_path, std::uint64_t mailbox_bytes,
                      base::Diagnostics& diagnostics);

}  // namespace mbx::migration
