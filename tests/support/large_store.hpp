// A PST with what only large things have: trees of blocks with two levels, heaps that are full,
// lists that rows share with their messages. The same in every run, some 10 MB.
#pragma once

#include <string>

namespace mbx::test {

/// Inbox (0x80a2) with messages that have 350 attachments (0x200024), one of 9 MB (0x200044), 100
/// recipients (0x200064), an OLE object (0x200084); Calendar (0x80c2), Drafts (0x80e2), Junk
/// (0x8102); Crowded (0x8122) with 60 messages. Throws Error(CannotCreate) when `path` exists.
void write_large_store(const std::string& path);

}  // namespace mbx::test
