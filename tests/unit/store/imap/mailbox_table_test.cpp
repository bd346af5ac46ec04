#include "store/imap/mailbox_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mbx::store::imap {
namespace {

const NameRules kSlash{"", '/', false, false};
const NameRules kDot{"INBOX.", '.', false, false};

ListedMailbox listed(std::string name, bool selectable = true, char separator = '/') {
    ListedMailbox mailbox;
    mailbox.name = std::move(name);
    mailbox.separator = separator;
    mailbox.folder.selectable = selectable;
    return mailbox;
}

class MailboxTableTest : public testing::Test {
  protected:
    MailboxTable table(std::vector<ListedMailbox> mailboxes, const NameRules& rules = kSlash) {
        return {std::move(mailboxes), rules, diagnostics_};
    }
    static std::vector<mail::FolderPath> paths(const MailboxTable& table) {
        std::vector<mail::FolderPath> result;
        for (const StoreFolder& folder : table.folders()) {
            result.push_back(folder.path);
        }
        return result;
    }

    base::DiagnosticList diagnostics_;
};

TEST_F(MailboxTableTest, ListsTheInboxFirstAndParentsBeforeChildren) {
    const MailboxTable all =
        table({listed("a/b"), listed("Z"), listed("inbox"), listed("a"), listed("INBOX/x")});
    EXPECT_EQ(paths(all),
              (std::vector<mail::FolderPath>{{"INBOX"}, {"INBOX", "x"}, {"Z"}, {"a"}, {"a", "b"}}));
    EXPECT_EQ(all.folders().front().special_use, mail::SpecialUse::Inbox);
    EXPECT_EQ(*all.name_of(mail::kInboxPath), "inbox");
}

TEST_F(MailboxTableTest, KeepsTheServersSpelling) {
    const MailboxTable all = table({listed("Fish & chips"), listed("R\xE9sum\xE9")});
    EXPECT_EQ(*all.name_of({"Fish & chips"}), "Fish & chips");
    EXPECT_EQ(*all.name_of({"R\xE9sum\xE9"}), "R\xE9sum\xE9");
    EXPECT_EQ(all.name_of({"Resume"}), nullptr);
}

TEST_F(MailboxTableTest, TwoSpellingsOfOneNameAreTwoFolders) {
    const MailboxTable all = table({listed("A&B"), listed("A&-B"), listed("x/"), listed("x")});
    EXPECT_EQ(*all.name_of({"A&B"}), "A&-B");
    EXPECT_EQ(*all.name_of({"A&B (2)"}), "A&B");
    EXPECT_EQ(*all.name_of({"x"}), "x");
    EXPECT_EQ(*all.name_of({"x (2)"}), "x/");
    EXPECT_EQ(diagnostics_.items.size(), 2U);
}

TEST_F(MailboxTableTest, AFolderWithinAndOneBesideThePrefixAreTwo) {
    const MailboxTable all =
        table({listed("INBOX.Work", true, '.'), listed("Work", true, '.')}, kDot);
    EXPECT_EQ(*all.name_of({"Work"}), "INBOX.Work");
    EXPECT_EQ(*all.name_of({"Work (2)"}), "Work");
}

TEST_F(MailboxTableTest, ARepeatedMailboxIsOneAndAMereParentGivesWay) {
    const MailboxTable all = table({listed("a"), listed("a"), listed("a/", false), listed("/")});
    EXPECT_EQ(paths(all), (std::vector<mail::FolderPath>{{"a"}}));
    EXPECT_TRUE(diagnostics_.items.empty());
}

}  // namespace
}  // namespace mbx::store::imap
