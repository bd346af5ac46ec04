// Waiting for what a connection that is gone may still bring.
//
// A client that dies, or that gives a connection up, has sent commands that the server may not have
// read yet. What our side's kernel still holds is thrown away at that moment (see Connection), so
// nothing more sets out, and a command that has come only in part is never carried out. What the
// server has received in full (at most what its socket's buffer holds, some megabytes) it goes on
// to carry out, one APPEND after the other, and each ends in a change that STATUS shows. So the
// mailbox is looked at until it has stayed the same over three looks with growing waits: 0.5, 1 and
// 2 seconds, or eight times as long as the server takes for an answer, when it is that busy. A
// server that stands still for longer than that over one APPEND of at most 4 MB cannot be told from
// one that is done.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/imap/session_pool.hpp"

namespace mbx::store::imap {

/// Looks at all of these mailboxes, as the server spells them, until none changes any more. Gives
/// up after a minute or so on those that others keep filling, which is reported. Throws as
/// Session::run() does.
void wait_until_still(Session& session, SessionPool& pool,
                      const std::vector<std::string>& mailboxes, base::Diagnostics& diagnostics);

}  // namespace mbx::store::imap
