#include "migration/stored_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_store.hpp"

namespace mbx::migration {
namespace {

using testing::ElementsAre;

class StoredMessagesTest : public testing::Test {
  protected:
    /// Messages 1 to `count`, with IDs "1", "2", ...; `id` replaces that of message `odd`.
    void fill(const mail::FolderPath& path, int count, int odd = 0, const std::string& id = {}) {
        std::vector<mail::Message> messages;
        for (int n = 1; n <= count; ++n) {
            messages.push_back(test::numbered_mail(n));
            messages.back().id = n == odd ? id : std::to_string(n);
        }
        store_.add(path, std::move(messages));
    }

    static std::vector<std::string> ids(StoredMessages& messages) {
        std::vector<std::string> result;
        while (const auto message = messages.next()) {
            result.push_back(message->message.id);
        }
        return result;
    }

    ErrorCode failure(const mail::FolderPath& path) {
        StoredMessages messages(store_, path, stop_);
        try {
            ids(messages);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }

    test::FakeStore store_;
    base::StopFlag stop_;
};

TEST_F(StoredMessagesTest, GivesKeysAndMarksButNoBytes) {
    fill({"a"}, 2);
    StoredMessages messages(store_, {"a"}, stop_);
    for (int n = 1; n <= 2; ++n) {
        const auto there = messages.next();
        const mail::Message sent = test::numbered_mail(n);
        EXPECT_EQ(there->key.bytes, content_key(*sent.source).bytes);
        EXPECT_EQ(there->key.size, content_key(*sent.source).size);
        EXPECT_EQ(there->message.flags, sent.flags);
        EXPECT_EQ(there->message.internal_date, sent.internal_date);
        EXPECT_EQ(there->message.source, nullptr);
    }
    EXPECT_FALSE(messages.next());
}

TEST_F(StoredMessagesTest, ReadsSeveralFoldersSideBySide) {
    fill({"a"}, 700);
    fill({"b"}, 700);
    StoredMessages a(store_, {"a"}, stop_);
    StoredMessages b(store_, {"b"}, stop_);
    for (int n = 1; n <= 700; ++n) {
        ASSERT_EQ(a.next()->message.id, std::to_string(n));
        ASSERT_EQ(b.next()->message.id, std::to_string(n));
    }
    EXPECT_FALSE(a.next());
    EXPECT_FALSE(b.next());
}

TEST_F(StoredMessagesTest, PassesOverWhatCannotBeRead) {
    fill({"a"}, 3, 2, "unreadable");
    StoredMessages messages(store_, {"a"}, stop_);
    EXPECT_THAT(ids(messages), ElementsAre("1", "3"));
}

TEST_F(StoredMessagesTest, GivesUpWhenNothingCanBeRead) {
    std::vector<mail::Message> messages;
    for (unsigned n = 0; n < 5000; ++n) {
        messages.push_back(test::make_mail("x", "unreadable"));
    }
    store_.add({"a"}, std::move(messages));
    EXPECT_EQ(failure({"a"}), ErrorCode::BadData);
}

TEST_F(StoredMessagesTest, EndsWhenTheStoreIsGone) {
    fill({"a"}, 3, 2, "store gone");
    EXPECT_EQ(failure({"a"}), ErrorCode::Unavailable);
}

TEST_F(StoredMessagesTest, EndsWhenItIsStopped) {
    fill({"a"}, 3);
    stop_.request();
    EXPECT_EQ(failure({"a"}), ErrorCode::TryAgain);
}

TEST_F(StoredMessagesTest, CanBeLeftInTheMiddle) {
    fill({"a"}, 2000);
    StoredMessages messages(store_, {"a"}, stop_);
    EXPECT_EQ(messages.next()->message.id, "1");
}

}  // namespace
}  // namespace mbx::migration
