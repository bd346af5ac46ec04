#include "migration/export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/file.hpp"
#include "convert/to_mail.hpp"
#include "fake_store.hpp"
#include "migration/unreached.hpp"
#include "temporary_folder.hpp"

namespace mbx::migration {
namespace {

using testing::HasSubstr;

constexpr base::FileTime kNow{133'000'000'000'000'000};

class ExportMailbox : public testing::Test {
  protected:
    ExportResult run(const std::string& path) {
        base::SeededIds ids(7);
        bad_items_.emplace(path + ".bad", limit_);
        return export_mailbox(
            {store_, clock_, ids, *bad_items_, progress_, losses_, stop_, &unreached_}, path,
            options_);
    }

    ErrorCode failure() {
        try {
            run(path_);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }

    void expect_no_file() {
        EXPECT_FALSE(std::filesystem::exists(path_));
        EXPECT_FALSE(std::filesystem::exists(path_ + ".part"));
    }

    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "john.pst";
    test::FakeStore store_;
    base::FixedClock clock_{kNow};
    std::optional<BadItems> bad_items_;
    std::uint64_t limit_ = 0;
    base::NoProgress progress_;
    base::DiagnosticList losses_;
    Unreached unreached_{losses_};
    base::StopFlag stop_;
    ExportOptions options_;
};

TEST_F(ExportMailbox, WritesEveryFolderAndMessage) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1), test::numbered_mail(2)});
    store_.add({"INBOX", "Work"}, {test::numbered_mail(3)});
    store_.add({"Gesendet"}, {test::numbered_mail(4)});
    store_.add({"Empty"}, {});
    options_.read_back = ReadBack::Full;
    const ExportResult result = run(path_);
    EXPECT_EQ(result.messages(), 4U);
    base::DiagnosticList damage;
    const auto reader = pst::open_pst(path_, {}, damage);
    std::map<std::string, std::uint64_t> counts;
    for (const pst::PstFolder& folder : reader->folders()) {
        counts[folder.folder.display_name] = folder.message_count;
    }
    EXPECT_EQ(counts["Inbox"], 2U);
    EXPECT_EQ(counts["Work"], 1U);
    EXPECT_EQ(counts["Sent Items"], 1U);
    EXPECT_EQ(counts.count("Empty"), 1U);
    EXPECT_TRUE(damage.items.empty());
}

TEST_F(ExportMailbox, TakesEveryLabelAndTellsWhichFoldersShowOthers) {
    const auto one = test::numbered_mail(1);
    store_.add(mail::kInboxPath, {one});
    store_.add({"Work"}, {one});
    store_.add({"[Gmail]", "All Mail"}, {one, test::numbered_mail(2)}, mail::SpecialUse::All);
    store_.add({"[Gmail]", "Starred"}, {one}, mail::SpecialUse::Flagged);
    const ExportResult all = run(path_);
    EXPECT_EQ(all.messages(), 5U);
    std::vector<std::string> showing;
    for (const ExportedFolder& folder : all.folders) {
        if (shows_other_folders(folder.use)) {
            showing.push_back(folder.pst_path);
        }
    }
    EXPECT_THAT(showing, testing::ElementsAre("[Gmail]/All Mail", "[Gmail]/Starred"));
    options_.folders = FolderFilter({}, {"\\All", "\\Flagged"});
    EXPECT_EQ(run(folder_ / "without.pst").messages(), 2U);
}

TEST_F(ExportMailbox, GivesTheSameBytesAgain) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1), test::numbered_mail(2)});
    run(path_);
    run(folder_ / "again.pst");
    EXPECT_EQ(base::read_file(path_, 1 << 24), base::read_file(folder_ / "again.pst", 1 << 24));
}

TEST_F(ExportMailbox, NeverOverwritesAFile) {
    store_.add(mail::kInboxPath, {});
    base::File::create(path_).close();
    EXPECT_EQ(failure(), ErrorCode::CannotCreate);
    EXPECT_EQ(std::filesystem::file_size(path_), 0U);
}

TEST_F(ExportMailbox, PublishesNothingWithTooManyBadItems) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1), test::make_mail("x", "unreadable"),
                                  test::numbered_mail(2)});
    EXPECT_EQ(failure(), ErrorCode::BadData);
    expect_no_file();
    ASSERT_EQ(bad_items_->count(), 1U);
    const BadItem& item = bad_items_->items()[0];
    EXPECT_EQ(item.id, "unreadable");
    EXPECT_EQ(item.reason, "cannot be read; read it elsewhere");
    EXPECT_EQ(base::read_file(bad_items_->folder() + "/" + item.kept_as, 10), "x");
    limit_ = 1;
    EXPECT_EQ(run(path_).messages(), 2U);
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(ExportMailbox, NamesTheMessageThatBreaks) {
    mail::Message broken;
    broken.id = "17";
    broken.source = std::make_shared<test::BrokenSource>();
    store_.add({"Lists"}, {broken});
    EXPECT_EQ(failure(), ErrorCode::BadData);
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].folder, "Lists");
    EXPECT_EQ(bad_items_->items()[0].id, "17");
    EXPECT_THAT(bad_items_->items()[0].reason, HasSubstr("broken disk"));
}

TEST_F(ExportMailbox, MakesNoFileWithoutAFolderThatTheStoreDoesNotGive) {
    store_.add({"Closed"}, {test::numbered_mail(1), test::make_mail("x", "folder refused"),
                            test::numbered_mail(2)});
    store_.add({"Open"}, {test::numbered_mail(3)});
    EXPECT_EQ(failure(), ErrorCode::BadData);
    ASSERT_EQ(bad_items_->count(), 1U);
    EXPECT_EQ(bad_items_->items()[0].folder, "Closed");
    EXPECT_EQ(bad_items_->items()[0].kind, BadKind::Folder);
    EXPECT_EQ(bad_items_->items()[0].reason, "folder refused; look there");
    limit_ = 100;
    EXPECT_EQ(failure(), ErrorCode::BadData);
    expect_no_file();
    options_.folders = FolderFilter({}, {"Closed"});
    EXPECT_EQ(run(path_).messages(), 1U);
}

TEST_F(ExportMailbox, LeavesNothingBehindWhenTheStoreIsGone) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1), test::make_mail("x", "store gone")});
    EXPECT_EQ(failure(), ErrorCode::Unavailable);
    expect_no_file();
}

TEST_F(ExportMailbox, GivesUpOnAStoreWhereEverythingFails) {
    store_.add(mail::kInboxPath,
               std::vector<mail::Message>(1000, test::make_mail("x", "unreadable")));
    EXPECT_EQ(failure(), ErrorCode::BadData);
    EXPECT_LE(bad_items_->count(), 101U);
    expect_no_file();
}

TEST_F(ExportMailbox, LeavesNothingBehindWhenStopped) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1)});
    stop_.request();
    EXPECT_EQ(failure(), ErrorCode::TryAgain);
    expect_no_file();
}

TEST_F(ExportMailbox, LeavesOutWhatTheFilterDoesNotTake) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1), test::numbered_mail(2)});
    store_.add({"Spam"}, {test::numbered_mail(3)});
    options_.folders = FolderFilter({}, {"\\Junk"});
    options_.messages.since = base::UnixTime{1'700'000'002};
    const ExportResult result = run(path_);
    ASSERT_EQ(result.folders.size(), 1U);
    EXPECT_EQ(result.folders[0].messages, 1U);
    EXPECT_EQ(result.folders[0].filtered, 1U);
}

/// Mail with an attachment too large to be held. While the first PST is written, it gives other
/// bytes than while it was converted: what the recipe refers to is not what the PST holds.
class UnsteadySource final : public base::ByteSource {
  public:
    UnsteadySource(std::string text, const int& attempts) : attempts_(attempts) {
        unchanged_ = base::memory_source(text);
        char& middle = text[text.size() / 2];
        middle = middle == 'A' ? 'B' : 'A';
        changed_ = base::memory_source(std::move(text));
    }

    std::uint64_t size() const override { return unchanged_->size(); }
    std::unique_ptr<base::ByteReader> open() const override {
        const bool changed = std::this_thread::get_id() == writing_thread_ && attempts_ <= 1;
        return (changed ? changed_ : unchanged_)->open();
    }

  private:
    base::SharedSource unchanged_;
    base::SharedSource changed_;
    const int& attempts_;
    std::thread::id writing_thread_ = std::this_thread::get_id();
};

/// Counts how often its folders are asked for: once an attempt to write.
TEST_F(ExportMailbox, MakesNoFileWithoutAFolderThatCannotBeRead) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1)});
    limit_ = 1;
    unreached_.report({base::Severity::Error, "link-broken", "/srv/john/.Old", "a link"});
    run(folder_ / "with-link.pst");
    limit_ = 100;
    unreached_.report({base::Severity::Error, "folder-unreadable", "/srv/john/.Sent", "denied"});
    EXPECT_EQ(failure(), ErrorCode::BadData);
    EXPECT_EQ(bad_items_->items().back().folder, "/srv/john/.Sent");
    expect_no_file();
}

class CountingStore final : public test::FakeStore {
  public:
    std::vector<store::StoreFolder> folders() override {
        ++attempts;
        return FakeStore::folders();
    }
    int attempts = 0;
};

TEST_F(ExportMailbox, KeepsAMessageWholeWhenItsRecipeDoesNotHoldInTheFile) {
    std::string text =
        "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
        "application/pdf\nContent-Transfer-Encoding: base64\n\n";
    for (int i = 0; i < 90'000; ++i) {
        text += "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\n";
    }
    text += "--b--\n";
    CountingStore store;
    mail::Message unsteady;
    unsteady.source = std::make_shared<UnsteadySource>(text, store.attempts);
    store.add(mail::kInboxPath,
              {test::make_mail("x", "unreadable"), test::numbered_mail(1), unsteady});
    options_.read_back = ReadBack::Full;
    bad_items_.emplace(path_ + ".bad", 1);
    base::SeededIds ids(7);
    const ExportResult result = export_mailbox(
        {store, clock_, ids, *bad_items_, progress_, losses_, stop_}, path_, options_);
    EXPECT_EQ(store.attempts, 2);
    EXPECT_EQ(result.messages(), 2U);
    EXPECT_EQ(bad_items_->count(), 1U) << "the first attempt's are not counted again";
    ASSERT_FALSE(losses_.items.empty());
    EXPECT_EQ(losses_.items.back().id, "kept-whole");

    base::DiagnosticList damage;
    const auto reader = pst::open_pst(path_, {}, damage);
    const auto cursor = reader->messages(result.folders[0].nid);
    std::vector<std::string> sources;
    while (cursor->next()) {
        const auto mail = convert::to_mail(cursor->message(), {}, damage);
        EXPECT_EQ(mail.origin, convert::SourceOrigin::Exact);
        sources.push_back(base::read_all_text(*mail.message.source, text.size()));
    }
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_TRUE(sources[1] == text);
}

TEST_F(ExportMailbox, NoticesAFileThatIsNotWhatWasWritten) {
    store_.add(mail::kInboxPath, {test::numbered_mail(1)});
    ExportResult written = run(path_);
    base::SeededIds ids(7);
    const ExportContext context{store_, clock_, ids, *bad_items_, progress_, losses_, stop_};
    EXPECT_TRUE(read_back(path_, written, options_, context).empty());
    written.folders[0].messages = 2;
    EXPECT_THROW(read_back(path_, written, options_, context), Error);
    written.folders[0].nid = pst::ndb::Nid{0x99982};
    EXPECT_THROW(read_back(path_, written, options_, context), Error);
}

}  // namespace
}  // namespace mbx::migration
