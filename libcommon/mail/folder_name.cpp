#include "mail/folder_name.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::mail {
namespace {

struct UseAttribute {
    SpecialUse use;
    std::string_view attribute;
};

constexpr std::array kAttributes{
    UseAttribute{SpecialUse::Sent, "\\Sent"},
    UseAttribute{SpecialUse::Drafts, "\\Drafts"},
    UseAttribute{SpecialUse::Trash, "\\Trash"},
    UseAttribute{SpecialUse::Junk, "\\Junk"},
    UseAttribute{SpecialUse::Archive, "\\Archive"},
    UseAttribute{SpecialUse::All, "\\All"},
    UseAttribute{SpecialUse::Flagged, "\\Flagged"},
    UseAttribute{SpecialUse::Important, "\\Important"},
};

struct UseName {
    SpecialUse use;
    std::string_view name;  // as base::fold_case has it
};

// Names that Outlook, Exchange, Thunderbird, Apple Mail and webmail programs give these folders.
constexpr UseName kNames[] = {
    {SpecialUse::Sent, "sent"},
    {SpecialUse::Sent, "sent items"},
    {SpecialUse::Sent, "sent messages"},
    {SpecialUse::Sent, "sent mail"},
    {SpecialUse::Sent, "sent-mail"},
    {SpecialUse::Sent, "outbox sent"},
    {SpecialUse::Sent, "gesendet"},
    {SpecialUse::Sent, "gesendete elemente"},
    {SpecialUse::Sent, "gesendete objekte"},
    {SpecialUse::Sent, "gesendete nachrichten"},
    {SpecialUse::Sent, "envoyés"},
    {SpecialUse::Sent, "éléments envoyés"},
    {SpecialUse::Sent, "messages envoyés"},
    {SpecialUse::Sent, "objets envoyés"},
    {SpecialUse::Sent, "envoyes"},
    {SpecialUse::Sent, "enviados"},
    {SpecialUse::Sent, "elementos enviados"},
    {SpecialUse::Sent, "mensajes enviados"},
    {SpecialUse::Sent, "itens enviados"},
    {SpecialUse::Sent, "enviadas"},
    {SpecialUse::Sent, "mensagens enviadas"},
    {SpecialUse::Sent, "inviati"},
    {SpecialUse::Sent, "posta inviata"},
    {SpecialUse::Sent, "messaggi inviati"},
    {SpecialUse::Sent, "elementi inviati"},
    {SpecialUse::Sent, "posta in uscita inviata"},
    {SpecialUse::Sent, "verzonden"},
    {SpecialUse::Sent, "verzonden items"},
    {SpecialUse::Sent, "verzonden berichten"},
    {SpecialUse::Sent, "skickat"},
    {SpecialUse::Sent, "skickade"},
    {SpecialUse::Sent, "skickade objekt"},
    {SpecialUse::Sent, "sendt"},
    {SpecialUse::Sent, "sendte elementer"},
    {SpecialUse::Sent, "sendt post"},
    {SpecialUse::Sent, "lähetetyt"},
    {SpecialUse::Sent, "lähetetyt viestit"},
    {SpecialUse::Sent, "elementy wysłane"},
    {SpecialUse::Sent, "wysłane"},
    {SpecialUse::Sent, "wysłane elementy"},
    {SpecialUse::Sent, "odeslaná pošta"},
    {SpecialUse::Sent, "odeslané"},
    {SpecialUse::Sent, "odoslané"},
    {SpecialUse::Sent, "odoslaná pošta"},
    {SpecialUse::Sent, "elküldött"},
    {SpecialUse::Sent, "elküldött elemek"},
    {SpecialUse::Sent, "отправленные"},
    {SpecialUse::Sent, "отправленные элементы"},
    {SpecialUse::Sent, "надіслані"},
    {SpecialUse::Sent, "надіслані елементи"},
    {SpecialUse::Sent, "изпратени"},
    {SpecialUse::Sent, "trimise"},
    {SpecialUse::Sent, "elemente trimise"},
    {SpecialUse::Sent, "gönderilmiş öğeler"},
    {SpecialUse::Sent, "gönderilmiş"},
    {SpecialUse::Sent, "gönderilenler"},
    {SpecialUse::Sent, "απεσταλμένα"},
    {SpecialUse::Sent, "σταλμένα"},
    {SpecialUse::Sent, "送信済み"},
    {SpecialUse::Sent, "送信済みアイテム"},
    {SpecialUse::Sent, "送信済みメール"},
    {SpecialUse::Sent, "已发送"},
    {SpecialUse::Sent, "已发送邮件"},
    {SpecialUse::Sent, "已傳送郵件"},
    {SpecialUse::Sent, "寄件備份"},
    {SpecialUse::Sent, "보낸 편지함"},
    {SpecialUse::Sent, "보낸편지함"},
    {SpecialUse::Sent, "פריטים שנשלחו"},
    {SpecialUse::Sent, "נשלחו"},
    {SpecialUse::Sent, "العناصر المرسلة"},
    {SpecialUse::Sent, "poslano"},
    {SpecialUse::Sent, "poslane stavke"},
    {SpecialUse::Sent, "poslani elementi"},
    {SpecialUse::Sent, "saadetud"},
    {SpecialUse::Sent, "nosūtītie"},
    {SpecialUse::Sent, "išsiųsta"},
    {SpecialUse::Sent, "đã gửi"},
    {SpecialUse::Sent, "terkirim"},
    {SpecialUse::Sent, "ส่งแล้ว"},
    {SpecialUse::Drafts, "drafts"},
    {SpecialUse::Drafts, "draft"},
    {SpecialUse::Drafts, "entwürfe"},
    {SpecialUse::Drafts, "entwurf"},
    {SpecialUse::Drafts, "brouillons"},
    {SpecialUse::Drafts, "brouillon"},
    {SpecialUse::Drafts, "borradores"},
    {SpecialUse::Drafts, "borrador"},
    {SpecialUse::Drafts, "rascunhos"},
    {SpecialUse::Drafts, "rascunho"},
    {SpecialUse::Drafts, "bozze"},
    {SpecialUse::Drafts, "concepten"},
    {SpecialUse::Drafts, "utkast"},
    {SpecialUse::Drafts, "kladder"},
    {SpecialUse::Drafts, "kladde"},
    {SpecialUse::Drafts, "luonnokset"},
    {SpecialUse::Drafts, "wersje robocze"},
    {SpecialUse::Drafts, "szkice"},
    {SpecialUse::Drafts, "robocze"},
    {SpecialUse::Drafts, "koncepty"},
    {SpecialUse::Drafts, "rozepsané"},
    {SpecialUse::Drafts, "piszkozatok"},
    {SpecialUse::Drafts, "черновики"},
    {SpecialUse::Drafts, "чернетки"},
    {SpecialUse::Drafts, "чернови"},
    {SpecialUse::Drafts, "schițe"},
    {SpecialUse::Drafts, "ciorne"},
    {SpecialUse::Drafts, "taslaklar"},
    {SpecialUse::Drafts, "πρόχειρα"},
    {SpecialUse::Drafts, "下書き"},
    {SpecialUse::Drafts, "草稿"},
    {SpecialUse::Drafts, "草稿箱"},
    {SpecialUse::Drafts, "草稿夾"},
    {SpecialUse::Drafts, "임시 보관함"},
    {SpecialUse::Drafts, "임시보관함"},
    {SpecialUse::Drafts, "טיוטות"},
    {SpecialUse::Drafts, "المسودات"},
    {SpecialUse::Drafts, "skice"},
    {SpecialUse::Drafts, "osnutki"},
    {SpecialUse::Drafts, "nacrti"},
    {SpecialUse::Drafts, "mustandid"},
    {SpecialUse::Drafts, "melnraksti"},
    {SpecialUse::Drafts, "juodraščiai"},
    {SpecialUse::Drafts, "thư nháp"},
    {SpecialUse::Drafts, "draf"},
    {SpecialUse::Drafts, "ร่าง"},
    {SpecialUse::Trash, "trash"},
    {SpecialUse::Trash, "deleted"},
    {SpecialUse::Trash, "deleted items"},
    {SpecialUse::Trash, "deleted messages"},
    {SpecialUse::Trash, "deleted objects"},
    {SpecialUse::Trash, "bin"},
    {SpecialUse::Trash, "papierkorb"},
    {SpecialUse::Trash, "gelöschte elemente"},
    {SpecialUse::Trash, "gelöschte objekte"},
    {SpecialUse::Trash, "gelöscht"},
    {SpecialUse::Trash, "corbeille"},
    {SpecialUse::Trash, "éléments supprimés"},
    {SpecialUse::Trash, "messages supprimés"},
    {SpecialUse::Trash, "papelera"},
    {SpecialUse::Trash, "elementos eliminados"},
    {SpecialUse::Trash, "papelera de reciclaje"},
    {SpecialUse::Trash, "lixo"},
    {SpecialUse::Trash, "lixeira"},
    {SpecialUse::Trash, "itens excluídos"},
    {SpecialUse::Trash, "itens eliminados"},
    {SpecialUse::Trash, "cestino"},
    {SpecialUse::Trash, "posta eliminata"},
    {SpecialUse::Trash, "elementi eliminati"},
    {SpecialUse::Trash, "prullenbak"},
    {SpecialUse::Trash, "verwijderde items"},
    {SpecialUse::Trash, "papperskorgen"},
    {SpecialUse::Trash, "borttaget"},
    {SpecialUse::Trash, "borttagna objekt"},
    {SpecialUse::Trash, "papirkurv"},
    {SpecialUse::Trash, "slettet post"},
    {SpecialUse::Trash, "slettede elementer"},
    {SpecialUse::Trash, "søppel"},
    {SpecialUse::Trash, "roskakori"},
    {SpecialUse::Trash, "poistetut"},
    {SpecialUse::Trash, "poistetut viestit"},
    {SpecialUse::Trash, "kosz"},
    {SpecialUse::Trash, "elementy usunięte"},
    {SpecialUse::Trash, "usunięte"},
    {SpecialUse::Trash, "koš"},
    {SpecialUse::Trash, "odstraněná pošta"},
    {SpecialUse::Trash, "odstranená pošta"},
    {SpecialUse::Trash, "kuka"},
    {SpecialUse::Trash, "törölt elemek"},
    {SpecialUse::Trash, "корзина"},
    {SpecialUse::Trash, "удаленные"},
    {SpecialUse::Trash, "удалённые"},
    {SpecialUse::Trash, "удаленные элементы"},
    {SpecialUse::Trash, "кошик"},
    {SpecialUse::Trash, "видалені"},
    {SpecialUse::Trash, "coș de gunoi"},
    {SpecialUse::Trash, "elemente șterse"},
    {SpecialUse::Trash, "çöp kutusu"},
    {SpecialUse::Trash, "çöp"},
    {SpecialUse::Trash, "silinmiş öğeler"},
    {SpecialUse::Trash, "κάδος"},
    {SpecialUse::Trash, "διαγραμμένα"},
    {SpecialUse::Trash, "ごみ箱"},
    {SpecialUse::Trash, "ゴミ箱"},
    {SpecialUse::Trash, "削除済みアイテム"},
    {SpecialUse::Trash, "已删除"},
    {SpecialUse::Trash, "已删除邮件"},
    {SpecialUse::Trash, "刪除的郵件"},
    {SpecialUse::Trash, "垃圾桶"},
    {SpecialUse::Trash, "휴지통"},
    {SpecialUse::Trash, "지운 편지함"},
    {SpecialUse::Trash, "פריטים שנמחקו"},
    {SpecialUse::Trash, "אשפה"},
    {SpecialUse::Trash, "العناصر المحذوفة"},
    {SpecialUse::Trash, "smeće"},
    {SpecialUse::Trash, "izbrisane stavke"},
    {SpecialUse::Trash, "prügikast"},
    {SpecialUse::Trash, "šiukšliadėžė"},
    {SpecialUse::Trash, "thùng rác"},
    {SpecialUse::Trash, "sampah"},
    {SpecialUse::Trash, "ถังขยะ"},
    {SpecialUse::Junk, "junk"},
    {SpecialUse::Junk, "spam"},
    {SpecialUse::Junk, "junk e-mail"},
    {SpecialUse::Junk, "junk email"},
    {SpecialUse::Junk, "junk mail"},
    {SpecialUse::Junk, "bulk mail"},
    {SpecialUse::Junk, "junk-e-mail"},
    {SpecialUse::Junk, "junk-mail"},
    {SpecialUse::Junk, "unerwünscht"},
    {SpecialUse::Junk, "spamverdacht"},
    {SpecialUse::Junk, "courrier indésirable"},
    {SpecialUse::Junk, "indésirables"},
    {SpecialUse::Junk, "pourriel"},
    {SpecialUse::Junk, "correo no deseado"},
    {SpecialUse::Junk, "correo basura"},
    {SpecialUse::Junk, "lixo eletrônico"},
    {SpecialUse::Junk, "correio não solicitado"},
    {SpecialUse::Junk, "posta indesiderata"},
    {SpecialUse::Junk, "ongewenste e-mail"},
    {SpecialUse::Junk, "ongewenst"},
    {SpecialUse::Junk, "skräppost"},
    {SpecialUse::Junk, "uønsket e-post"},
    {SpecialUse::Junk, "søppelpost"},
    {SpecialUse::Junk, "uønsket mail"},
    {SpecialUse::Junk, "roskaposti"},
    {SpecialUse::Junk, "wiadomości-śmieci"},
    {SpecialUse::Junk, "wiadomości śmieci"},
    {SpecialUse::Junk, "niechciane"},
    {SpecialUse::Junk, "nevyžádaná pošta"},
    {SpecialUse::Junk, "nevyžiadaná pošta"},
    {SpecialUse::Junk, "levélszemét"},
    {SpecialUse::Junk, "спам"},
    {SpecialUse::Junk, "нежелательная почта"},
    {SpecialUse::Junk, "небажана пошта"},
    {SpecialUse::Junk, "mesaje nesolicitate"},
    {SpecialUse::Junk, "gereksiz e-posta"},
    {SpecialUse::Junk, "istenmeyen posta"},
    {SpecialUse::Junk, "ανεπιθύμητα"},
    {SpecialUse::Junk, "ανεπιθύμητη αλληλογραφία"},
    {SpecialUse::Junk, "迷惑メール"},
    {SpecialUse::Junk, "垃圾邮件"},
    {SpecialUse::Junk, "垃圾郵件"},
    {SpecialUse::Junk, "정크 메일"},
    {SpecialUse::Junk, "스팸"},
    {SpecialUse::Junk, "스팸 메일"},
    {SpecialUse::Junk, "דואר זבל"},
    {SpecialUse::Junk, "البريد غير الهام"},
    {SpecialUse::Junk, "neželjena pošta"},
    {SpecialUse::Junk, "rämpspost"},
    {SpecialUse::Archive, "archive"},
    {SpecialUse::Archive, "archives"},
    {SpecialUse::Archive, "archiv"},
    {SpecialUse::Archive, "archivé"},
    {SpecialUse::Archive, "archivo"},
    {SpecialUse::Archive, "archivos"},
    {SpecialUse::Archive, "arquivo"},
    {SpecialUse::Archive, "arquivo morto"},
    {SpecialUse::Archive, "archivio"},
    {SpecialUse::Archive, "archief"},
    {SpecialUse::Archive, "arkiv"},
    {SpecialUse::Archive, "arkisto"},
    {SpecialUse::Archive, "archiwum"},
    {SpecialUse::Archive, "archív"},
    {SpecialUse::Archive, "архив"},
    {SpecialUse::Archive, "архів"},
    {SpecialUse::Archive, "arhivă"},
    {SpecialUse::Archive, "arşiv"},
    {SpecialUse::Archive, "αρχείο"},
    {SpecialUse::Archive, "アーカイブ"},
    {SpecialUse::Archive, "归档"},
    {SpecialUse::Archive, "存档"},
    {SpecialUse::Archive, "封存"},
    {SpecialUse::Archive, "보관"},
    {SpecialUse::Archive, "ארכיון"},
    {SpecialUse::Archive, "أرشيف"},
    {SpecialUse::Archive, "arhiva"},
    {SpecialUse::Archive, "arhiiv"},
};

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool needs_escape(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '/' || c == '%' || byte < 0x20 || byte == 0x7F;
}

std::string unescape(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            name += text[i];
            continue;
        }
        const std::string digits = base::ascii_upper(text.substr(i + 1, 2));
        const std::size_t high =
            digits.size() == 2 ? kHexDigits.find(digits[0]) : std::string_view::npos;
        const std::size_t low =
            digits.size() == 2 ? kHexDigits.find(digits[1]) : std::string_view::npos;
        if (high == std::string_view::npos || low == std::string_view::npos) {
            throw Error(ErrorCode::Usage,
                        "'%' in a folder name is not followed by two hexadecimal digits",
                        "write a percent sign as %25 and a slash within a name as %2F");
        }
        name += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return name;
}

}  // namespace

SpecialUse special_use_from_attribute(std::string_view attribute) {
    const auto it =
        std::find_if(kAttributes.begin(), kAttributes.end(), [&](const UseAttribute& entry) {
            return base::equals_ignore_case(entry.attribute, attribute);
        });
    return it != kAttributes.end() ? it->use : SpecialUse::None;
}

std::string_view attribute_of(SpecialUse use) {
    const auto it = std::find_if(kAttributes.begin(), kAttributes.end(),
                                 [&](const UseAttribute& entry) { return entry.use == use; });
    return it != kAttributes.end() ? it->attribute : std::string_view();
}

SpecialUse special_use_from_name(std::string_view name) {
    const std::string lower = base::fold_case(base::trim(name));
    const auto* const it = std::find_if(std::begin(kNames), std::end(kNames),
                                        [&](const UseName& entry) { return entry.name == lower; });
    return it != std::end(kNames) ? it->use : SpecialUse::None;
}

std::string to_string(const FolderPath& path) {
    std::string text;
    for (const std::string& name : path) {
        if (!text.empty()) {
            text += '/';
        }
        for (const char c : name) {
            if (needs_escape(c)) {
                const auto byte = static_cast<unsigned char>(c);
                text += '%';
                text += kHexDigits[byte >> 4];
                text += kHexDigits[byte & 15];
            } else {
                text += c;
            }
        }
    }
    return text;
}

FolderPath parse_folder_path(std::string_view text) {
    FolderPath path;
    for (const std::string_view part : base::split(text, '/')) {
        if (part.empty()) {
            throw Error(ErrorCode::Usage,
                        "empty name in the folder path '" + base::escape(text) + "'",
                        "write folders as INBOX/Work; a slash within a name as %2F");
        }
        path.push_back(unescape(part));
    }
    if (base::equals_ignore_case(path.front(), "INBOX")) {
        path.front() = "INBOX";
    }
    return path;
}

}  // namespace mbx::mail
