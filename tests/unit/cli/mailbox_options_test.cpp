#include "cli/mailbox_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "temporary_folder.hpp"

namespace mbx::cli {
namespace {

using ::testing::ElementsAre;

class Mailboxes : public ::testing::Test {
  protected:
    Mailboxes() {
        ::unsetenv("MBX_PASSWORD");
        ::unsetenv("MBX_TOKEN");
        ::setenv("NETRC", (folder_ / "none").c_str(), 1);
        ::setenv("MBX_SERVERS", (folder_ / "servers.conf").c_str(), 1);
        std::ofstream(folder_ / "servers.conf")
            << "[OLD]\n"
               "url = imap://old.example\n"
               "user = {alias}*master\n"
               "password-command = echo p-$MBX_ALIAS-$MBX_HOST\n"
               "tls = none\n"
               "[DISK]\n"
               "url = maildir:/srv/{alias}\n";
        options_.declare(set_);
    }
    std::vector<std::string> take(const std::vector<std::string>& args) {
        std::vector<std::string> operands = set_.parse(args);
        options_.take_operand(operands, 0, "SOURCE");
        return operands;
    }
    std::string refusal(const std::vector<std::string>& args) {
        try {
            take(args);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::Usage);
            return error.text();
        }
        return "not refused";
    }

    test::TemporaryFolder folder_;
    OptionSet set_;
    MailboxOptions options_;
};

TEST_F(Mailboxes, AreNamedByAUrl) {
    EXPECT_THAT(take({"maildir:/srv/john", "a.pst"}), ElementsAre("a.pst"));
    EXPECT_EQ(options_.resolve().url.path, "/srv/john");
}

TEST_F(Mailboxes, AreNamedByServerAndAlias) {
    EXPECT_THAT(take({"--server", "OLD", "--alias", "JohnD", "a.pst"}), ElementsAre("a.pst"));
    const migration::Mailbox mailbox = options_.resolve();
    EXPECT_EQ(mailbox.url.host, "old.example");
    EXPECT_EQ(mailbox.connect.user, "JohnD*master");
    EXPECT_EQ(mailbox.connect.password, "p-JohnD-old.example");
    EXPECT_EQ(mailbox.connect.tls, store::ConnectOptions::Tls::None);
}

TEST_F(Mailboxes, TakeOptionsBeforeTheProfile) {
    ::setenv("MBX_PASSWORD", "from environment", 1);
    take({"--server",
          "OLD",
          "--alias",
          "j",
          "--tls",
          "required",
          "--user",
          "u",
          "--timeout",
          "7",
          "--password-command",
          "echo mine",
          "--no-verify",
          "--proxy",
          "http://p:1",
          "--trace",
          "t.log",
          "--no-compress",
          "--ca-file",
          "ca"});
    const migration::Mailbox mailbox = options_.resolve();
    EXPECT_EQ(mailbox.connect.tls, store::ConnectOptions::Tls::Required);
    EXPECT_EQ(mailbox.connect.user, "u");
    EXPECT_EQ(mailbox.connect.timeout_s, 7U);
    EXPECT_EQ(mailbox.connect.password, "mine");
    EXPECT_FALSE(mailbox.connect.verify_certificate);
    EXPECT_FALSE(mailbox.connect.compress);
    EXPECT_EQ(mailbox.connect.proxy, "http://p:1");
    EXPECT_EQ(mailbox.connect.trace_file, "t.log");
    EXPECT_EQ(mailbox.connect.ca_file, "ca");
}

TEST_F(Mailboxes, TakeThePasswordFromTheEnvironmentWhenNothingElseIsNamed) {
    ::setenv("MBX_PASSWORD", "from environment", 1);
    take({"imaps://john@old.example"});
    EXPECT_EQ(options_.resolve().connect.password, "from environment");
}

TEST_F(Mailboxes, WithoutASecretAreRefusedBeforeConnecting) {
    take({"imaps://john@old.example"});
    EXPECT_THROW(options_.resolve(), Error);
    EXPECT_NO_THROW(options_.resolve_without_secret());
}

TEST_F(Mailboxes, SayInTheirUrlWhoseTheyAre) {
    const auto url = [](const std::vector<std::string>& args) {
        OptionSet set;
        MailboxOptions options;
        options.declare(set);
        std::vector<std::string> operands = set.parse(args);
        options.take_operand(operands, 0, "SOURCE");
        const migration::Mailbox mailbox = options.resolve();
        return mailbox.connect.user + " " + store::to_string(mailbox.url);
    };
    ::setenv("MBX_PASSWORD", "x", 1);
    EXPECT_EQ(url({"--server", "OLD", "--alias", "j"}), "j*master imap://j*master@old.example");
    EXPECT_EQ(url({"--server", "OLD", "--alias", "j", "--user", "u"}), "u imap://u@old.example");
    EXPECT_EQ(url({"imaps://boss@h", "--authorization-id", "j@x"}), "boss imaps://j%40x@h");
    EXPECT_EQ(url({"imaps://john@h"}), "john imaps://john@h");
}

TEST_F(Mailboxes, ByNetrcSayInTheirUrlWhoseTheyAre) {
    std::ofstream(folder_ / "none") << "machine h login anna password x\n";
    std::filesystem::permissions(folder_ / "none", std::filesystem::perms::owner_read);
    take({"imaps://h"});
    EXPECT_EQ(store::to_string(options_.resolve().url), "imaps://anna@h");
}

TEST_F(Mailboxes, MustBeNamed) {
    EXPECT_EQ(refusal({}), "SOURCE is missing");
}

TEST_F(Mailboxes, OnAServerNeedAnAlias) {
    EXPECT_EQ(refusal({"--server", "OLD"}), "--server needs --alias");
}

TEST_F(Mailboxes, WithAnAliasNeedAServer) {
    EXPECT_EQ(refusal({"--alias", "j"}), "--alias needs --server");
}

TEST_F(Mailboxes, HaveOneSourceOfTheirSecret) {
    EXPECT_EQ(refusal({"--password-file", "x", "--password-command", "y", "imaps://h"}),
              "--password-command, --password-file and --token-command exclude each other");
}

TEST_F(Mailboxes, WithAPasswordInTheUrlAreRefused) {
    EXPECT_NE(refusal({"imaps://john:geheim@h"}), "not refused");
}

TEST_F(Mailboxes, DoNotLeaveTheirFolder) {
    take({"--server", "DISK", "--alias", "../../etc"});
    EXPECT_THROW(options_.resolve(), Error);
}

}  // namespace
}  // namespace mbx::cli
