// A small PST that is the same in every run, for tests of what reads PSTs.
#pragma once

#include <string>

namespace mbx::test {

/// Inbox (0x80a2) with an unread message (0x200024) and one with recipients, attachments, an
/// embedded message and named properties (0x200044); below it Work (0x80c2) with 30 messages and a
/// hidden item. Throws Error(CannotCreate) when `path` exists.
void write_sample_store(const std::string& path);

}  // namespace mbx::test
