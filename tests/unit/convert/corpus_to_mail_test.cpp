// The mail of the corpus, and what its PSTs hold, through the MAPI model into mail that is sound.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "base/charset.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/html_charset.hpp"
#include "convert/to_mail.hpp"
#include "convert/to_mapi.hpp"
#include "corpus_messages.hpp"
#include "mapi/tags.hpp"
#include "pst/reader.hpp"
#include "support/mail_lint.hpp"
#include "support/shared_corpus.hpp"

namespace mbx::convert {
namespace {

constexpr ToMailOptions kRebuild{mapi::SpecialFolder::None, false, false};

std::string rebuilt(const mapi::Message& message) {
    base::DiagnosticList diagnostics;
    return base::read_all_text(*to_mail(message, kRebuild, diagnostics).message.source, 1U << 30);
}

void keep(const std::string& name, const std::string& text) {
    if (const char* folder = std::getenv("MBX_KEEP_MAILS")) {  // for people who want to look
        std::ofstream(std::string(folder) + "/" + name + ".eml") << text;
    }
}

/// Bytes that a signed part brings along are not ours to mend.
bool is_kept_as_it_was(const std::string& mail) {
    return mail.find("\r\nContent-Type: multipart/signed") != std::string::npos;
}

void expect_sound(const std::string& mail, const std::string& place) {
    if (is_kept_as_it_was(mail)) {
        return;
    }
    for (const std::string& fault : mbx::test::lint_mail(mail).faults) {
        ADD_FAILURE() << place << ": " << fault;
    }
}

mapi::Message view_of(const std::string& mail) {
    base::IgnoreDiagnostics ignore;
    mail::Message source;
    source.source = base::memory_source(mail);
    ToMapiOptions options;
    options.exact_source = false;
    return to_mapi(source, options, ignore);
}

/// What must be the same when a mail goes into the MAPI model, out of it, and in again: texts by
/// the name of the field.
using Essence = std::map<std::string, std::string>;

std::string text_of(const mapi::PropertyBag& bag, mapi::PropertyTag tag) {
    return std::string(base::trim(bag.text(tag).value_or("")));
}

/// Line ends and the line end at the end are MIME's, not the author's.
std::string without_line_ends(std::string text) {
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == ' ' || c == '\t'; });
    return text;
}

std::string digest_of(const mapi::Attachment& attachment) {
    if (attachment.embedded != nullptr) {
        return "message " + text_of(attachment.embedded->properties, mapi::PidTagSubject);
    }
    if (attachment.data == nullptr) {
        return "nothing";
    }
    // Text that is sent as it is has CRLF afterwards: PGP blocks, the parts of reports.
    const std::string bytes = base::read_all_text(*attachment.data, std::uint64_t{1} << 30);
    return base::to_hex(
        base::sha256(base::as_bytes(base::is_ascii(bytes) ? without_line_ends(bytes) : bytes)));
}

std::string html_of(const mapi::PropertyBag& p) {
    const auto html = p.binary(mapi::PidTagHtml);
    const auto page = static_cast<std::uint32_t>(p.integer(mapi::PidTagInternetCodepage));
    // Its own word on the charset follows the charset.
    return html ? with_meta_charset(base::decode_code_page(base::as_text(*html), page), "utf-8")
                : std::string();
}

std::string attachments_of(const mapi::Message& message) {
    std::multiset<std::string> lines;  // shown pictures come first afterwards
    for (const mapi::Attachment& attachment : message.attachments) {
        lines.insert(text_of(attachment.properties, mapi::PidTagAttachLongFilename) + " " +
                     digest_of(attachment) + "\n");
    }
    return std::accumulate(lines.begin(), lines.end(), std::string());
}

/// Empty for what the way back made because it was not there.
std::string not_made(std::string address) {
    const bool made = address.ends_with("unresolved.invalid") || address.ends_with("@pst.invalid>");
    return made ? std::string() : address;
}

std::string recipients_of(const mapi::Message& message) {
    std::string result;
    for (const mapi::PropertyBag& recipient : message.recipients) {
        const std::string address = not_made(text_of(recipient, mapi::PidTagEmailAddress));
        result += std::to_string(recipient.integer(mapi::PidTagRecipientType)) + " " +
                  text_of(recipient, mapi::PidTagDisplayName) + " <" + address + ">\n";
    }
    return result;
}

Essence essence_of(const mapi::Message& message) {
    const mapi::PropertyBag& p = message.properties;
    const auto sent = p.time(mapi::PidTagClientSubmitTime);
    return {{"subject", text_of(p, mapi::PidTagSubject)},
            {"from", not_made(text_of(p, mapi::PidTagSentRepresentingSmtpAddress))},
            {"date", sent ? std::to_string(sent->ticks) : "none"},
            {"message-id", not_made(text_of(p, mapi::PidTagInternetMessageId))},
            {"plain", without_line_ends(text_of(p, mapi::PidTagBody))},
            {"html", without_line_ends(html_of(p))},
            {"recipients", recipients_of(message)},
            {"attachments", attachments_of(message)}};
}

/// Both texts from a little before the place where they part.
std::string where_they_part(const std::string& a, const std::string& b) {
    constexpr std::size_t kBefore = 40;
    constexpr std::size_t kShown = 160;
    const auto at = static_cast<std::size_t>(
        std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    const std::size_t from = at > kBefore ? at - kBefore : 0;
    return "\n  " + base::escape(a.substr(from, kShown)) + "\n  " +
           base::escape(b.substr(from, kShown));
}

struct Difference {
    std::string_view file;  ///< the end of its path
    std::string_view field;
    bool operator<(const Difference& other) const {
        return std::tie(file, field) < std::tie(other.file, other.field);
    }
};

/// What MAPI cannot hold or mail cannot say, message by message.
const std::set<Difference> kKnownDifferences{
    // Bytes that are not of the charset that the mail states.
    {"content_transfer_encoding_empty.eml", "html"},
    // "undisclosed-recipients:@host;" and names of local mailboxes are no addresses.
    {"missing_body.eml", "recipients"},
    {"raw_email11.eml", "recipients"},
    {"00929.008a60368b7623f11c7bb95826eb7366.txt.eml", "recipients"},
    {"00930.4e807b43e671cf853ff61ec4bef6233d.txt.eml", "recipients"},
    // Lines that end a field in the middle of it.
    {"example13.eml", "recipients"},
    {"obsolete.msg.eml", "subject"},
    {"example14.eml", "subject"},
    // A user of the host has no address that other hosts know; the way back makes one.
    {"startrek.eml", "from"},
    // The name that a calendar without one is given counts the parts before it.
    {"invitationEmailFromOP.eml", "attachments"},
};

/// Returns how many messages there are.
std::size_t expect_all_keep_what_counts(const std::string& folder) {
    const auto is_known = [](const std::string& path, const std::string& field) {
        return std::any_of(kKnownDifferences.begin(), kKnownDifferences.end(),
                           [&](const Difference& known) {
                               return path.ends_with(known.file) && field == known.field;
                           });
    };
    return test::for_each_message(folder, [&](const std::string& path, std::string_view text) {
        const mapi::Message first = view_of(std::string(text));
        const std::string mail = rebuilt(first);
        expect_sound(mail, path);
        keep(std::filesystem::path(path).stem().string(), mail);
        const Essence before = essence_of(first);
        const Essence after = essence_of(view_of(mail));
        for (const auto& [field, value] : before) {
            EXPECT_TRUE(value == after.at(field) || is_known(path, field))
                << path << ": " << field << where_they_part(value, after.at(field));
        }
    });
}

TEST(SampleMail, KeepsWhatCountsThroughBothModels) {
    EXPECT_EQ(expect_all_keep_what_counts(MBX_TEST_DATA "/mail"), 10U);
}

TEST(CorpusOfMail, KeepsWhatCountsThroughBothModels) {
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    EXPECT_GT(expect_all_keep_what_counts(mbx::test::shared_file("corpus")), 2500U);
}

TEST(CorpusOfStores, BecomesSoundMail) {
    const auto files = mbx::test::corpus_files(".pst");
    MBX_NEEDS_SHARED(mbx::test::shared_file("corpus"));
    std::size_t count = 0;
    for (const auto& path : files) {
        base::IgnoreDiagnostics ignore;
        const auto reader = pst::open_pst(path.string(), {}, ignore);
        for (const pst::PstFolder& folder : reader->folders()) {
            const auto cursor = reader->messages(folder.nid);
            while (cursor->next()) {
                const mapi::Message message = cursor->message();
                const std::string mail = rebuilt(message);
                const std::string name = path.stem().string() + "-" + std::to_string(count++);
                expect_sound(mail, name);
                EXPECT_EQ(mail, rebuilt(message)) << name << " differs the second time";
                keep(name, mail);
            }
        }
    }
    EXPECT_GT(count, 0U);
}

}  // namespace
}  // namespace mbx::convert
