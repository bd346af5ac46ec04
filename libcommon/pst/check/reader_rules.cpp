#include "pst/check/reader_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"
#include "pst/check/property_rules.hpp"

namespace mbx::pst::check {
namespace {

using mapi::PropertyTag;

constexpr std::array<std::string_view, 7> kRules{"P1", "S4", "S9", "S11", "S13", "R1", "M8"};

constexpr std::int32_t kHasAttachments = 0x10;  // PidTagMessageFlags
constexpr PropertyTag kOfMessage[]{mapi::PidTagMessageClass, mapi::PidTagMessageFlags};
constexpr PropertyTag kOfStore[]{mapi::PidTagDisplayName, mapi::PidTagRecordKey,
                                 mapi::PidTagIpmSubTreeEntryId};

class ReaderCheck {
  public:
    ReaderCheck(PstReader& pst, Reporter& reporter, base::Progress& progress,
                const base::StopFlag& stop)
        : pst_(pst), reporter_(reporter), progress_(progress), stop_(stop) {}

    CheckResult run() {
        guarded(at_node(ndb::kNidMessageStore), [&] { store(); });
        std::vector<PstFolder> folders;
        guarded(at_node(ndb::kNidRootFolder), [&] { folders = pst_.folders(); });
        if (folders.empty()) {
            reporter_.report("P1", at_node(ndb::kNidRootFolder), "there is no folder to be read");
        }
        progress_.start("check messages", std::nullopt);
        for (const PstFolder& folder : folders) {
            guarded(at_node(folder.nid), [&] { check_folder(folder); });
        }
        progress_.finish();
        result_.folders = folders.size();
        return result_;
    }

  private:
    /// Damage that the reader meets becomes a finding.
    template <typename Work>
    void guarded(const Place& place, Work&& work) {
        try {
            work();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData && error.code() != ErrorCode::NoInput) {
                throw;
            }
            reporter_.report("P1", place, base::escape(error.what()));
        }
    }

    void store() {
        const mapi::PropertyBag bag = pst_.store_properties();
        for (const PropertyTag tag : kOfStore) {
            if (!bag.contains(tag)) {
                reporter_.report("S4", at_node(ndb::kNidMessageStore),
                                 describe(tag) + " is missing");
            }
        }
    }

    void check_folder(const PstFolder& folder) {
        if (!folder.lost.empty()) {
            throw Error(ErrorCode::BadData, folder.lost);
        }
        const std::uint64_t messages = walk(*pst_.messages(folder.nid));
        if (!folder.search && messages != folder.message_count) {
            reporter_.report("S9", at_node(folder.nid), "the number of its messages",
                             fmt::format("{}", folder.message_count), fmt::format("{}", messages));
        }
        walk(*pst_.associated_messages(folder.nid));
    }

    std::uint64_t walk(MessageCursor& cursor) {
        std::uint64_t count = 0;
        while (const auto nid = cursor.next()) {
            if (stop_.requested()) {
                throw Error(ErrorCode::TryAgain, "stopped");
            }
            ++count;
            ++result_.messages;
            progress_.advance(1, 0);
            guarded(at_node(*nid), [&] { check_message(cursor.message(), at_node(*nid)); });
        }
        return count;
    }

    void check_message(const mapi::Message& message, const Place& place) {
        for (const PropertyTag tag : kOfMessage) {
            if (!message.properties.contains(tag)) {
                reporter_.report("S11", place, describe(tag) + " is missing");
            }
        }
        read_all(message.properties);
        check_subject(message, place);
        check_attachments(message, place);
        for (std::size_t i = 0; i < message.recipients.size(); ++i) {
            check_recipient(message.recipients[i], place.with(fmt::format("recipient {}", i)));
        }
    }

    static void read_to_the_end(const base::ByteSource& source) {
        base::for_each_piece(source, [](base::ByteView) {});
    }

    static void read_all(const mapi::PropertyBag& bag) {
        for (const auto& [id, typed] : bag.fixed()) {
            if (const auto* source = std::get_if<base::SharedSource>(&typed.value)) {
                read_to_the_end(**source);
            }
        }
    }

    void check_subject(const mapi::Message& message, const Place& place) {
        const auto text = message.properties.text(mapi::PidTagSubject);
        if (text && std::ranges::any_of(
                        *text, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
            reporter_.report("M8", place.with(describe(mapi::PidTagSubject)),
                             "it has control characters");
        }
    }

    void check_attachments(const mapi::Message& message, const Place& place) {
        const std::int32_t flags = message.properties.integer(mapi::PidTagMessageFlags);
        const bool told = (flags & kHasAttachments) != 0;
        if (told == message.attachments.empty()) {
            reporter_.report(Finding{&rule("S13"), told ? Severity::Error : Severity::Warning,
                                     place.with(describe(mapi::PidTagMessageFlags)),
                                     "what it says of attachments", told ? "some" : "none",
                                     fmt::format("{}", message.attachments.size())});
        }
        for (std::size_t i = 0; i < message.attachments.size(); ++i) {
            const mapi::Attachment& attachment = message.attachments[i];
            const Place at = place.with(fmt::format("attachment {}", i));
            guarded(at, [&] {
                read_all(attachment.properties);
                if (attachment.data) {
                    read_to_the_end(*attachment.data);
                }
                if (attachment.embedded) {
                    check_message(*attachment.embedded, at);
                }
            });
        }
    }

    void check_recipient(const mapi::PropertyBag& recipient, const Place& place) {
        constexpr std::int32_t kKindMask = 0xF;
        const std::int32_t kind = recipient.integer(mapi::PidTagRecipientType, -1) & kKindMask;
        if (kind > 3) {
            reporter_.report("R1", place.with(describe(mapi::PidTagRecipientType)), "it",
                             fmt::format("{}", kind), "0 to 3");
        }
        if (recipient.text(mapi::PidTagDisplayName).value_or("").empty() &&
            recipient.text(mapi::PidTagEmailAddress).value_or("").empty()) {
            reporter_.report("R1", place, "neither a name nor an address is there");
        }
    }

    PstReader& pst_;
    Reporter& reporter_;
    base::Progress& progress_;
    const base::StopFlag& stop_;
    CheckResult result_;
};

}  // namespace

std::span<const std::string_view> rules_of_readers() noexcept {
    return kRules;
}

CheckResult check_through_reader(PstReader& pst, const FindingSink& sink, base::Progress& progress,
                                 const base::StopFlag& stop) {
    Reporter reporter(sink);
    CheckResult result = ReaderCheck(pst, reporter, progress, stop).run();
    result.errors = reporter.count(Severity::Error);
    result.warnings = reporter.count(Severity::Warning);
    result.infos = reporter.count(Severity::Info);
    return result;
}

}  // namespace mbx::pst::check
