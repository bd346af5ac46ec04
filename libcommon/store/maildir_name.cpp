#include "store/maildir_name.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>

namespace mbx::store {
namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

bool has(std::string_view letters, char letter) noexcept {
    return letters.find(letter) != std::string_view::npos;
}

/// The host's name with what has a meaning in a Maildir name written in octal, as the format wants.
std::string host_name() {
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) != 0 || buffer[0] == '\0') {
        return "localhost";
    }
    std::string result;
    for (const char c : std::string_view(buffer.data()).substr(0, 64)) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '-' || c == '.';
        result +=
            plain ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
    return result;
}

/// Microseconds since 1970, never the same twice in this process.
std::int64_t next_microsecond() {
    using std::chrono::duration_cast;
    static std::atomic<std::int64_t> last{0};
    const std::int64_t now = duration_cast<std::chrono::microseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
    std::int64_t before = last.load();
    std::int64_t next = 0;
    do {
        next = std::max(now, before + 1);
    } while (!last.compare_exchange_weak(before, next));
    return next;
}

}  // namespace

MaildirName split_maildir_name(std::string_view name) noexcept {
    for (const std::string_view mark : {":2,", ";2,", "!2,"}) {
        if (const std::size_t at = name.rfind(mark); at != std::string_view::npos) {
            return {name.substr(0, at), name.substr(at + mark.size())};
        }
    }
    return {name.substr(0, name.find(':')), {}};
}

std::optional<base::UnixTime> time_of_maildir_name(std::string_view unique) noexcept {
    std::int64_t seconds = 0;
    const auto [end, failure] =
        std::from_chars(unique.data(), unique.data() + unique.size(), seconds);
    if (failure != std::errc() || end == unique.data() + unique.size() || *end != '.') {
        return std::nullopt;
    }
    return base::UnixTime{seconds};
}

mail::Flags flags_of_letters(std::string_view letters) noexcept {
    mail::Flags flags;
    flags.draft = has(letters, 'D');
    flags.flagged = has(letters, 'F');
    flags.answered = has(letters, 'R');
    flags.seen = has(letters, 'S');
    flags.deleted = has(letters, 'T');
    return flags;
}

bool is_forwarded(std::string_view letters) noexcept {
    return has(letters, 'P');
}

std::string letters_of_flags(const mail::Flags& flags, bool forwarded) {
    std::string letters;
    const auto add = [&](bool set, char letter) {
        if (set) {
            letters += letter;
        }
    };
    add(flags.draft, 'D');
    add(flags.flagged, 'F');
    add(forwarded, 'P');
    add(flags.answered, 'R');
    add(flags.seen, 'S');
    add(flags.deleted, 'T');
    return letters;
}

std::string next_unique_name() {
    static const std::string host = host_name();
    const std::int64_t now = next_microsecond();
    return fmt::format("{}.M{:06}P{}.{}", now / kMicrosecondsPerSecond,
                       now % kMicrosecondsPerSecond, ::getpid(), host);
}

}  // namespace mbx::store
