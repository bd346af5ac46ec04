// A Maildir in a temporary folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mail_tree.hpp"
#include "store/maildir_store.hpp"

namespace mbx::store {

/// A Maildir with an INBOX, removed at the end.
class MaildirTest : public testing::Test {
  protected:
    static constexpr const char* kMail = "Subject: hi\n\nbody\n";

    MaildirTest() { make_folder("."); }

    void make_folder(const std::string& name) {
        for (const char* part : {"cur", "new", "tmp"}) {
            std::filesystem::create_directories(root() + "/" + name + "/" + part);
        }
    }
    void put(const std::string& name, const std::string& content = kMail,
             std::int64_t date = 1'000'000'000) {
        test::put_file(root() + "/" + name, content, date);
    }
    std::string root() const { return temporary_ / "box"; }
    std::string url() const { return "maildir:" + root(); }

    /// The messages of INBOX.
    std::vector<mail::Message> inbox(test::OpenedStore& store) {
        std::vector<mail::Message> messages;
        const auto stream = store->messages(mail::kInboxPath);
        while (auto message = stream->next()) {
            messages.push_back(*std::move(message));
        }
        return messages;
    }

    test::TemporaryFolder temporary_;
};

}  // namespace mbx::store
