#include "convert/media_type.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mbx::convert {
namespace {

struct Row {
    std::string_view extension;
    std::string_view media_type;
};

// The first row of a media type gives its extension.
constexpr Row kRows[] = {
    {".txt", "text/plain"},
    {".log", "text/plain"},
    {".htm", "text/html"},
    {".html", "text/html"},
    {".csv", "text/csv"},
    {".ics", "text/calendar"},
    {".vcf", "text/vcard"},
    {".xml", "text/xml"},
    {".css", "text/css"},
    {".rtf", "application/rtf"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".bmp", "image/bmp"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".svg", "image/svg+xml"},
    {".webp", "image/webp"},
    {".ico", "image/vnd.microsoft.icon"},
    {".emf", "image/emf"},
    {".wmf", "image/wmf"},
    {".heic", "image/heic"},
    {".mp3", "audio/mpeg"},
    {".wav", "audio/wav"},
    {".m4a", "audio/mp4"},
    {".ogg", "audio/ogg"},
    {".mp4", "video/mp4"},
    {".mpg", "video/mpeg"},
    {".mov", "video/quicktime"},
    {".avi", "video/x-msvideo"},
    {".pdf", "application/pdf"},
    {".zip", "application/zip"},
    {".gz", "application/gzip"},
    {".7z", "application/x-7z-compressed"},
    {".rar", "application/vnd.rar"},
    {".tar", "application/x-tar"},
    {".json", "application/json"},
    {".js", "text/javascript"},
    {".doc", "application/msword"},
    {".dot", "application/msword"},
    {".xls", "application/vnd.ms-excel"},
    {".ppt", "application/vnd.ms-powerpoint"},
    {".pps", "application/vnd.ms-powerpoint"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {".odp", "application/vnd.oasis.opendocument.presentation"},
    {".vsd", "application/vnd.visio"},
    {".mpp", "application/vnd.ms-project"},
    {".msg", "application/vnd.ms-outlook"},
    {".ps", "application/postscript"},
    {".p7s", "application/pkcs7-signature"},
    {".p7m", "application/pkcs7-mime"},
    {".cer", "application/pkix-cert"},
    {".asc", "application/pgp-signature"},
    {".url", "application/internet-shortcut"},
};

}  // namespace

std::string_view media_type_of_name(std::string_view file_name) {
    const std::size_t dot = file_name.rfind('.');
    if (dot != std::string_view::npos) {
        for (const Row& row : kRows) {
            if (base::equals_ignore_case(file_name.substr(dot), row.extension)) {
                return row.media_type;
            }
        }
    }
    return "application/octet-stream";
}

std::string_view extension_of_media_type(std::string_view media_type) {
    for (const Row& row : kRows) {
        if (base::equals_ignore_case(media_type, row.media_type)) {
            return row.extension;
        }
    }
    return {};
}

std::string clean_media_type(std::string_view text) {
    const std::string type = base::ascii_lower(base::trim(text.substr(0, text.find(';'))));
    const auto is_token_character = [](char c) {
        return c > 0x20 && c < 0x7F &&
               std::string_view("()<>@,;:\\\"[]?=").find(c) == std::string_view::npos;
    };
    const bool valid = std::count(type.begin(), type.end(), '/') == 1 && type.front() != '/' &&
                       type.back() != '/' && type.size() < 128 &&
                       std::all_of(type.begin(), type.end(), is_token_character);
    return valid ? type : std::string();
}

bool is_shown_image(std::string_view media_type) {
    constexpr std::string_view kShown[] = {"image/jpeg",  "image/jpg",     "image/pjpeg",
                                           "image/gif",   "image/bmp",     "image/png",
                                           "image/x-png", "image/svg+xml", "image/webp"};
    return std::any_of(std::begin(kShown), std::end(kShown), [&](std::string_view shown) {
        return base::equals_ignore_case(shown, media_type);
    });
}

}  // namespace mbx::convert
