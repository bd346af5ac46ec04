// Converts every message of the mailboxes named, and says whether the MAPI view gives the source
// back bit for bit, and what that costs. Exit code 1 when one does not.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "convert/exact/exact_source.hpp"
#include "convert/to_mapi.hpp"
#include "store/mail_store.hpp"

namespace {

using namespace mbx;
using Clock = std::chrono::steady_clock;

struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint64_t recipe_bytes = 0;
    std::uint64_t whole = 0;  // kinds 1 and 2
    std::uint64_t failed = 0;
    Clock::duration keeping{};
    Clock::duration running{};
};

std::uint64_t recipe_size(const mapi::Message& message, bool& whole) {
    const mapi::NamedValue* named = message.properties.find(convert::exact::exact_source_name());
    const auto* bytes = std::get_if<base::Bytes>(&named->value);
    whole = bytes == nullptr || (*bytes)[1] != std::byte{0};
    return bytes != nullptr ? bytes->size() : std::get<base::SharedSource>(named->value)->size();
}

void check(const mail::Message& mail, const std::string& place, bool verbose, Totals& totals) {
    base::IgnoreDiagnostics ignore;
    const auto start = Clock::now();
    const mapi::Message message = convert::to_mapi(mail, {}, ignore);
    const auto kept = Clock::now();
    const convert::exact::ExactSource exact = convert::exact::exact_source(message);
    totals.running += Clock::now() - kept;
    totals.keeping += kept - start;
    ++totals.messages;
    totals.bytes += mail.source->size();
    bool whole = false;
    const std::uint64_t size = recipe_size(message, whole);
    totals.recipe_bytes += size;
    totals.whole += whole ? 1 : 0;
    if (exact.origin != convert::exact::SourceOrigin::Exact ||
        base::sha256(*exact.source) != base::sha256(*mail.source)) {
        ++totals.failed;
        fmt::print("NOT EXACT {}\n", place);
    }
    if (verbose) {
        fmt::print("{}\t{}\t{}\t{}\n", size, mail.source->size(), whole ? "whole" : "recipe",
                   place);
    }
}

void check_store(const std::string& url, bool verbose, Totals& totals) {
    base::IgnoreDiagnostics ignore;
    const base::StopFlag stop;
    const auto store =
        store::open_store(store::MailboxUrl::parse(url), store::OpenMode::Read, {}, ignore, stop);
    for (const store::StoreFolder& folder : store->folders()) {
        if (!folder.selectable) {
            continue;
        }
        const auto messages = store->messages(folder.path);
        for (;;) {
            try {
                const auto mail = messages->next();
                if (!mail) {
                    break;
                }
                check(*mail, url + " " + mail::to_string(folder.path) + " " + mail->id, verbose,
                      totals);
            } catch (const Error& error) {
                fmt::print("UNREADABLE {} {}\n", url, error.what());
            }
        }
    }
}

double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

int main(int argc, char** argv) {
    Totals totals;
    bool verbose = false;
    for (const std::string& argument : std::vector<std::string>(argv + 1, argv + argc)) {
        if (argument == "--verbose") {
            verbose = true;
        } else {
            check_store(argument, verbose, totals);
        }
    }
    const double megabytes = static_cast<double>(totals.bytes) / 1e6;
    fmt::print(
        "{} messages, {:.1f} MB, {} not exact, {} kept whole; recipes {} bytes = {:.2f} % of the "
        "source, "
        "{:.0f} bytes a message; convert and keep {:.1f} ms/MB, run {:.1f} ms/MB\n",
        totals.messages, megabytes, totals.failed, totals.whole, totals.recipe_bytes,
        100.0 * static_cast<double>(totals.recipe_bytes) /
            static_cast<double>(std::max<std::uint64_t>(totals.bytes, 1)),
        static_cast<double>(totals.recipe_bytes) /
            static_cast<double>(std::max<std::uint64_t>(totals.messages, 1)),
        1000 * seconds(totals.keeping) / megabytes, 1000 * seconds(totals.running) / megabytes);
    return totals.failed == 0 && totals.messages > 0 ? 0 : 1;
}
