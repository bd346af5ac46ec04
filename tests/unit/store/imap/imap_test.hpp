// A store opened on a scripted server, and what a user of the store sees of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.hpp"
#include "scripted_server.hpp"
#include "store/imap/imap_store.hpp"

namespace mbx::test {

class ImapTest : public ::testing::Test {
  protected:
    ImapTest() {
        options.user = "anna";
        options.password = "secret";
        options.tls = store::ConnectOptions::Tls::None;
        options.timeout_s = 20;
        options.pause_ms = 0;
    }

    store::MailboxUrl url() const {
        return store::MailboxUrl::parse("imap://anna@127.0.0.1:" + std::to_string(server.port()));
    }

    store::MailStore& open() {
        store_ = store::imap::open_imap_store(url(), options, diagnostics, stop);
        return *store_;
    }

    /// Kinds and places of all that was reported: "reconnect", ...
    std::vector<std::string> reported() const {
        std::vector<std::string> ids;
        for (const base::Diagnostic& diagnostic : diagnostics.items) {
            ids.push_back(diagnostic.id);
        }
        return ids;
    }

    ScriptedServer server;
    base::DiagnosticList diagnostics;
    base::StopFlag stop;
    store::ConnectOptions options;

  private:
    std::unique_ptr<store::MailStore> store_;
};

inline std::string text_of(const base::SharedSource& source) {
    return source ? base::read_all_text(*source, std::uint64_t{1} << 30) : "(none)";
}

/// A message of about `size` bytes that says which it is.
inline std::string numbered(int n, std::size_t size = 0) {
    std::string text = "Subject: " + std::to_string(n) + "\r\n\r\n";
    text.resize(std::max(size, text.size()), 'x');
    return text + "\r\n";
}

}  // namespace mbx::test
