# Makes zones.txt: `awk -f zones.awk /usr/share/zoneinfo/zone.tab /usr/share/zoneinfo/tzdata.zi | LC_ALL=C sort > zones.txt`
#
# Source: the tz database (public domain), https://www.iana.org/time-zones. zone.tab names one country for each zone; a link of
# tzdata.zi, such as Asia/Calcutta, has the country of the zone that it leads to. Abbreviations such as CET are no places.
BEGIN {
    # Old names that lead to a zone of another country, since its clock is the same.
    split("Africa/Asmera ER Africa/Timbuktu ML America/Coral_Harbour CA America/Virgin VI Antarctica/South_Pole AQ " \
          "Atlantic/Jan_Mayen SJ Iceland IS Pacific/Johnston UM Pacific/Ponape FM Pacific/Truk FM Pacific/Yap FM", old, " ")
    for (i = 1; i in old; i += 2) country[old[i]] = old[i + 1]
}
FILENAME ~ /zone\.tab$/ && !/^#/ { country[$3] = $1 }
$1 == "L" { link[$3] = $2 }
END {
    for (name in link)
        if (!(name in country) && (link[name] in country) && name !~ /^[A-Z0-9]+$/ || name ~ /^(GB|NZ|PRC|ROC|ROK|GB-Eire|NZ-CHAT)$/)
            country[name] = country[link[name]]
    for (name in country) print name, country[name]
}
