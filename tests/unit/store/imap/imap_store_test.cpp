#include "store/imap/imap_store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "imap_test.hpp"

namespace mbx::store::imap {
namespace {

using test::Turn;
using testing::HasSubstr;

class ImapStoreTest : public test::ImapTest {
  protected:
    std::vector<std::string> names() {
        std::vector<std::string> result;
        for (const StoreFolder& folder : open().folders()) {
            result.push_back(mail::to_string(folder.path));
        }
        return result;
    }

    void list(std::string lines) {
        server.on("LIST", [lines = std::move(lines)](Turn& turn) {
            turn.send(lines);
            turn.ok();
            return true;
        });
    }
};

TEST_F(ImapStoreTest, CountsTheMessagesOfEachFolder) {
    server.mailbox("INBOX").add("x");
    server.mailbox("Work");
    const auto folders = open().folders();
    ASSERT_EQ(folders.size(), 2U);
    EXPECT_EQ(folders[0].message_count, 1U);
    EXPECT_EQ(folders[1].message_count, 0U);
}

TEST_F(ImapStoreTest, NamesTheFolderThatCannotBeCounted) {
    server.on("STATUS", [](Turn& turn) {
        turn.no("[SERVERBUG] Internal error");
        return true;
    });
    try {
        open().message_count({"Käse"});
        FAIL() << "not noticed";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "Käse: the server refuses STATUS: [SERVERBUG] Internal error");
    }
}

TEST_F(ImapStoreTest, SettlesWhenNoFolderChangesAnyMore) {
    server.mailbox("A");
    server.mailbox("B");
    int looks = 0;
    server.on("STATUS \"B\"", [&](Turn&) {
        ++looks;
        if (looks == 2 || looks == 4) {
            server.mailbox("B").add("late");
        }
        return false;
    });
    open().settle({{"A"}, {"B"}, {"not there"}});
    EXPECT_EQ(looks, 4 + 3);
    EXPECT_EQ(reported(), std::vector<std::string>());
}

TEST_F(ImapStoreTest, DoesNotWaitForEverForAFolderThatOthersFill) {
    server.on("STATUS", [&](Turn&) {
        server.mailbox("INBOX").add("spam");
        return false;
    });
    open().settle({mail::kInboxPath});
    EXPECT_EQ(reported(), std::vector<std::string>{"mailbox-busy"});
}

TEST_F(ImapStoreTest, TakesTheCountWhereverItStands) {
    server.on("STATUS", [](Turn& turn) {
        turn.send("* STATUS INBOX (UIDNEXT 9 MESSAGES 4)\r\n");
        turn.ok();
        return true;
    });
    EXPECT_EQ(open().message_count(mail::kInboxPath), 4U);
}

TEST_F(ImapStoreTest, ReadsNamesInAnyForm) {
    list(
        "* LIST () \"/\" {5}\r\nA (b)\r\n"
        "* LIST (\\HasNoChildren) \"/\" \"say \\\"hi\\\" \\\\\"\r\n"
        "* LIST () \"/\" ~{3}\r\nxyz\r\n"
        "* LIST () \"/\" plain\r\n"
        "* LIST () \"/\" {6}\r\nli\r\nne\r\n"
        "* LIST () \"/\" inbox\r\n");
    EXPECT_EQ(names(), (std::vector<std::string>{"INBOX", "A (b)", "li%0D%0Ane", "plain",
                                                 "say \"hi\" \\", "xyz"}));
}

TEST_F(ImapStoreTest, ReadsALineOfTenMegabytes) {
    list("* X-NEWS \"" + std::string(10'000'000, 'n') + "\"\r\n* LIST () \"/\" Work\r\n");
    EXPECT_EQ(names(), (std::vector<std::string>{"Work"}));
}

TEST_F(ImapStoreTest, RefusesALineWithoutEnd) {
    server.on("LIST", [](Turn& turn) {
        const std::string piece(1'000'000, 'n');
        turn.send("* LIST () \"/\" \"");
        for (int i = 0; i < 80; ++i) {
            turn.send(piece);
        }
        turn.hang();
        return true;
    });
    try {
        open().folders();
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.text(), "the server sent a line of over 67108864 bytes");
    }
}

TEST_F(ImapStoreTest, MakesFoldersInFewRoundTrips) {
    store::MailStore& store = open();
    store.folders();
    const std::size_t before = server.commands().size();
    store.create_folder({"Work", "2019"}, mail::SpecialUse::None);
    EXPECT_TRUE(server.has_mailbox("Work/2019"));
    EXPECT_TRUE(server.has_mailbox("Work"));
    EXPECT_EQ(store.message_count({"Work", "2019"}), 0U);
    store.create_folder({"Work"}, mail::SpecialUse::None);
    const std::vector<std::string> commands = server.commands();
    EXPECT_EQ(std::count(commands.begin() + static_cast<long>(before), commands.end(), "NOOP"), 0);
}

TEST_F(ImapStoreTest, SaysWhichFolderCannotBeMade) {
    server.on("CREATE", [](Turn& turn) {
        turn.no("Invalid mailbox name");
        return true;
    });
    try {
        open().create_folder({"Work"}, mail::SpecialUse::None);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
        EXPECT_STREQ(error.what(),
                     "Work: the server refuses to make the folder: Invalid mailbox name");
    }
}

TEST_F(ImapStoreTest, TakesAFolderThatIsThereAlready) {
    server.mailbox("Work");
    server.on("CREATE", [](Turn& turn) {
        turn.no("Mailbox already exists");
        return true;
    });
    open().create_folder({"Work"}, mail::SpecialUse::None);
    EXPECT_EQ(server.count("SUBSCRIBE"), 1);
}

/// Exchange: "Sent" and "SENT" are one mailbox there.
TEST_F(ImapStoreTest, NeverTakesAMailboxOfAnotherSpellingForTheOneWanted) {
    server.on("CREATE \"SENT\"", [](Turn& turn) {
        turn.no("Mailbox already exists");
        return true;
    });
    server.on("LIST \"\" \"SENT\"", [](Turn& turn) {
        turn.send("* LIST () \"/\" \"Sent\"\r\n");
        turn.ok();
        return true;
    });
    server.on("STATUS \"SENT\"", [](Turn& turn) {
        turn.send("* STATUS \"Sent\" (MESSAGES 0)\r\n");
        turn.ok();
        return true;
    });
    for (const bool ahead : {true, false}) {
        server.mailbox("INBOX");
        MailStore& store = open();
        store.folders();
        if (ahead) {
            store.prepare({{{"Sent"}, {}}, {{"SENT"}, {}}, {{"SENT", "2019"}, {}}});
        }
        store.create_folder({"Sent"}, {});
        for (const mail::FolderPath& path : {mail::FolderPath{"SENT"}, {"SENT", "2019"}}) {
            try {
                store.create_folder(path, {});
                FAIL() << mail::to_string(path);
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::CannotCreate);
                EXPECT_STREQ(error.what(), "SENT: the server takes it for its folder 'Sent'");
            }
        }
    }
}

TEST_F(ImapStoreTest, ConnectsAnewWhenTheServerHasClosedTheIdleConnection) {
    MailStore& store = open();
    server.on_nth("STATUS", 1, [](Turn& turn) {
        turn.send("* BYE Disconnected for inactivity\r\n");
        turn.hang_up();
        return true;
    });
    EXPECT_EQ(store.message_count(mail::kInboxPath), 0U);
}

TEST_F(ImapStoreTest, SaysOnceThatItTriesToConnectAgain) {
    MailStore& store = open();
    const auto hang_up = [](Turn& turn) -> bool { turn.hang_up(); };
    server.on_nth("STATUS", 1, hang_up);
    for (const int n : {1, 2, 3}) {
        server.on_nth("LOGIN", n, hang_up);
    }
    EXPECT_EQ(store.message_count(mail::kInboxPath), 0U);
    ASSERT_EQ(diagnostics.items.size(), 1U);
    EXPECT_EQ(diagnostics.items[0].id, "reconnect");
    EXPECT_EQ(diagnostics.items[0].place, "127.0.0.1");
    EXPECT_THAT(diagnostics.items[0].text, HasSubstr("; trying again"));
}

}  // namespace
}  // namespace mbx::store::imap
