// Puts every message of the mailboxes named into a PST, reads it back, and says whether it gives
// the source back bit for bit, and what that costs, by kind of mail.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "convert/exact/exact_source.hpp"
#include "convert/to_mapi.hpp"
#include "mapi/tags.hpp"
#include "pst/reader.hpp"
#include "pst/writer.hpp"
#include "store/mail_store.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace mbx;
using Clock = std::chrono::steady_clock;

constexpr const char* kHelp =
    "Usage: exact_source [--verbose] [--most PERCENT] MAILBOX-URL...\n\n"
    "Writes all messages into PST files, one a kind of mail, reads them back, and compares.\n\n"
    "  --verbose       a line a message: bytes of its recipe, of its source, kind, place\n"
    "  --most PERCENT  fail when the recipes are more than that of the PST files\n\n"
    "Exit code: 0 all exact and not too large, 1 otherwise, 2 usage.\n";

/// Mail that is mostly attachments; else mail with an HTML body; else text.
enum class Kind { Text, Html, Attachments };
constexpr std::array<const char*, 3> kKindNames = {"text", "HTML", "attachments"};

Kind kind_of(const mapi::Message& message, std::uint64_t source_size) {
    std::uint64_t attached = 0;
    for (const mapi::Attachment& attachment : message.attachments) {
        attached += attachment.data ? attachment.data->size() : 0;
    }
    if (attached * 4 / 3 > source_size / 2) {
        return Kind::Attachments;
    }
    return message.properties.source(mapi::PidTagHtml) ? Kind::Html : Kind::Text;
}

std::uint64_t recipe_size(const mapi::Message& message, bool& whole) {
    const mapi::NamedValue* named = message.properties.find(convert::exact::exact_source_name());
    const auto* bytes = std::get_if<base::Bytes>(&named->value);
    whole = bytes == nullptr || (*bytes)[1] != std::byte{0};
    return bytes != nullptr ? bytes->size() : std::get<base::SharedSource>(named->value)->size();
}

struct Written {
    std::string place;
    base::Sha256Digest source{};
};

struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t recipe_bytes = 0;
    std::uint64_t whole = 0;  // kinds 1 and 2
    std::uint64_t pst_bytes = 0;
    std::uint64_t not_exact = 0;

    Totals& operator+=(const Totals& other) {
        messages += other.messages;
        bytes += other.bytes;
        recipe_bytes += other.recipe_bytes;
        whole += other.whole;
        pst_bytes += other.pst_bytes;
        not_exact += other.not_exact;
        return *this;
    }
};

double percent(std::uint64_t part, std::uint64_t whole) {
    return 100.0 * static_cast<double>(part) /
           static_cast<double>(std::max<std::uint64_t>(whole, 1));
}

/// The PST of one kind of mail.
class Sample {
  public:
    Sample(const std::string& path, const base::Clock& clock)
        : path_(path), writer_(path, {}, clock, ids_) {
        mapi::Folder inbox;
        inbox.display_name = "Inbox";
        inbox.special = mapi::SpecialFolder::Inbox;
        inbox_ = writer_.add_folder(writer_.ipm_subtree(), inbox);
        empty_size_ = writer_.size_so_far();
    }

    void add(const mapi::Message& message, const mail::Message& mail, std::string place,
             bool verbose) {
        bool whole = false;
        const std::uint64_t size = recipe_size(message, whole);
        if (verbose) {
            fmt::print("{}\t{}\t{}\t{}\n", size, mail.source->size(), whole ? "whole" : "recipe",
                       place);
        }
        writer_.add(inbox_, message);
        written_.push_back({std::move(place), base::sha256(*mail.source)});
        ++totals_.messages;
        totals_.bytes += mail.source->size();
        totals_.recipe_bytes += size;
        totals_.whole += whole ? 1 : 0;
    }

    const Totals& finish() {
        writer_.close();
        totals_.pst_bytes = writer_.size_so_far() - empty_size_;
        base::DiagnosticList damage;
        const auto reader = pst::open_pst(path_, {}, damage);
        const auto cursor = reader->messages(inbox_);
        for (const Written& written : written_) {
            if (!cursor->next() || !is_exact(cursor->message(), written)) {
                ++totals_.not_exact;
                fmt::print("NOT EXACT {}\n", written.place);
            }
        }
        return totals_;
    }

  private:
    static bool is_exact(const mapi::Message& message, const Written& written) {
        const convert::exact::ExactSource exact = convert::exact::exact_source(message);
        return exact.origin == convert::exact::SourceOrigin::Exact &&
               base::sha256(*exact.source) == written.source;
    }

    std::string path_;
    base::SeededIds ids_{1};
    pst::PstWriter writer_;
    pst::ndb::Nid inbox_;
    std::uint64_t empty_size_ = 0;
    std::vector<Written> written_;
    Totals totals_;
};

class Measurement {
  public:
    explicit Measurement(bool verbose) : verbose_(verbose) {
        for (std::size_t kind = 0; kind < kKindNames.size(); ++kind) {
            samples_[kind] = std::make_unique<Sample>(
                folder_ / (std::string(kKindNames[kind]) + ".pst"), clock_);
        }
    }

    void read(const std::string& url) {
        base::IgnoreDiagnostics ignore;
        const base::StopFlag stop;
        const auto store = store::open_store(store::MailboxUrl::parse(url), store::OpenMode::Read,
                                             {}, ignore, stop);
        for (const store::StoreFolder& folder : store->folders()) {
            if (folder.selectable) {
                read_folder(*store, folder.path, url + " " + mail::to_string(folder.path));
            }
        }
    }

    Totals finish() {
        Totals all;
        fmt::print(
            "kind         messages  source MB     PST MB  recipes of PST  of source  bytes each  "
            "kept whole\n");
        for (std::size_t kind = 0; kind < kKindNames.size(); ++kind) {
            const Totals& totals = samples_[kind]->finish();
            print_row(kKindNames[kind], totals);
            all += totals;
        }
        print_row("all", all);
        fmt::print("{} of {} exact after having been in a PST; converted in {:.1f} ms/MB\n",
                   all.messages - all.not_exact, all.messages,
                   std::chrono::duration<double, std::milli>(converting_).count() /
                       (static_cast<double>(std::max<std::uint64_t>(all.bytes, 1)) / 1e6));
        return all;
    }

  private:
    void read_folder(store::MailStore& store, const mail::FolderPath& path,
                     const std::string& place) {
        const auto messages = store.messages(path);
        for (;;) {
            try {
                const auto mail = messages->next();
                if (!mail) {
                    return;
                }
                add(*mail, place + " " + mail->id);
            } catch (const Error& error) {
                fmt::print("UNREADABLE {} {}\n", place, error.what());
            }
        }
    }

    void add(const mail::Message& mail, std::string place) {
        base::IgnoreDiagnostics ignore;
        const auto start = Clock::now();
        const mapi::Message message = convert::to_mapi(mail, {}, ignore);
        converting_ += Clock::now() - start;
        const auto kind = static_cast<std::size_t>(kind_of(message, mail.source->size()));
        samples_[kind]->add(message, mail, std::move(place), verbose_);
    }

    static void print_row(const char* name, const Totals& totals) {
        const double mean = static_cast<double>(totals.recipe_bytes) /
                            static_cast<double>(std::max<std::uint64_t>(totals.messages, 1));
        fmt::print("{:<12} {:>8} {:>10.1f} {:>10.1f} {:>13.2f} % {:>8.2f} % {:>11.0f} {:>11}\n",
                   name, totals.messages, static_cast<double>(totals.bytes) / 1e6,
                   static_cast<double>(totals.pst_bytes) / 1e6,
                   percent(totals.recipe_bytes, totals.pst_bytes),
                   percent(totals.recipe_bytes, totals.bytes), mean, totals.whole);
    }

    test::TemporaryFolder folder_;
    base::FixedClock clock_{base::FileTime{133'000'000'000'000'000}};
    std::array<std::unique_ptr<Sample>, 3> samples_;
    Clock::duration converting_{};
    bool verbose_;
};

int run(const std::vector<std::string>& arguments) {
    bool verbose = false;
    std::optional<double> most;
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--verbose") {
            verbose = true;
        } else if (arguments[i] == "--most" && i + 1 < arguments.size()) {
            most = std::stod(arguments[++i]);
        } else if (arguments[i].starts_with('-')) {
            fmt::print(arguments[i] == "--help" ? stdout : stderr, "{}", kHelp);
            return arguments[i] == "--help" ? 0 : 2;
        } else {
            urls.push_back(arguments[i]);
        }
    }
    Measurement measurement(verbose);
    for (const std::string& url : urls) {
        measurement.read(url);
    }
    const Totals all = measurement.finish();
    const bool too_large = most && percent(all.recipe_bytes, all.pst_bytes) > *most;
    if (too_large) {
        fmt::print("the recipes are more than {} % of the PST\n", *most);
    }
    return all.not_exact == 0 && all.messages > 0 && !too_large ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& error) {
        fmt::print(stderr, "exact_source: {}\n", error.what());
        return 2;
    }
}
