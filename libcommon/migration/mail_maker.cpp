#include "migration/mail_maker.hpp"

#include <utility>

#include "migration/salvage.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

/// What is made from parts of the PST is made once, and not for each time that it is read.
base::SharedSource in_memory_when_small(const base::SharedSource& source) {
    constexpr std::uint64_t kSmall = 1024 * 1024;
    if (!source->in_memory().empty() || source->size() > kSmall) {
        return source;
    }
    return base::memory_source(base::read_all(*source, kSmall));
}

}  // namespace

MadeMail MailMaker::make(mapi::Message& stored, base::Diagnostics& diagnostics) const {
    base::DiagnosticList losses;
    std::string damage;
    try {
        MadeMail made = to_mail(stored, convert::Edits::Matter, losses);
        damage = damage_of(stored, made.origin);
        if (damage.empty()) {
            for (base::Diagnostic& loss : losses.items) {
                diagnostics.report(std::move(loss));
            }
            return made;
        }
    } catch (const Error& error) {
        if (!is_about_one_message(error)) {
            throw;
        }
        damage = error.what();
    }
    return salvage(stored, std::move(damage));
}

MadeMail MailMaker::salvage(mapi::Message& stored, std::string damage) const {
    base::IgnoreDiagnostics losses;  // the damage is what there is to say
    // Where checksums are not looked at, what seems damage may be an edit.
    if (is_verified_) {
        if (auto original = original_of(stored)) {
            return *std::move(original);
        }
    }
    cut_off_damage(stored);
    MadeMail made = to_mail(stored, convert::Edits::Matter, losses);
    made.damage = std::move(damage);
    return made;
}

std::optional<MadeMail> MailMaker::original_of(const mapi::Message& stored) const {
    base::IgnoreDiagnostics losses;
    try {
        MadeMail made = to_mail(stored, convert::Edits::DoNotMatter, losses);
        if (made.origin == convert::SourceOrigin::Exact) {
            return made;
        }
    } catch (const Error& error) {
        if (!is_about_one_message(error)) {
            throw;
        }
    }
    return std::nullopt;
}

std::string MailMaker::damage_of(const mapi::Message& stored, convert::SourceOrigin origin) const {
    // Bytes that are proven by their digest are what they were, wherever the damage lies.
    if (origin == convert::SourceOrigin::Exact) {
        return {};
    }
    std::string damage = find_damage(stored);
    if (damage.empty() && origin != convert::SourceOrigin::Rebuilt && !is_verified_) {
        return "is not what was put into the file: edited since, or damaged, which libpff does not "
               "tell apart";
    }
    return damage;
}

MadeMail MailMaker::to_mail(const mapi::Message& stored, convert::Edits edits,
                            base::Diagnostics& losses) const {
    convert::ToMailOptions options = options_;
    options.edits = edits;
    convert::ConvertedMail converted = convert::to_mail(stored, options, losses);
    MadeMail made;
    made.origin = converted.origin;
    made.mail = std::move(converted.message);
    // Reads all of it: what cannot be read shows here and not halfway to the server.
    made.mail.source = in_memory_when_small(made.mail.source);
    made.key = content_key(*made.mail.source);
    return made;
}

}  // namespace mbx::migration
