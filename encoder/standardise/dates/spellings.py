"""Spellings of months, calendars, eras and other words in dates, beside those of CLDR; commas part them."""

from enum import StrEnum
from typing import NamedTuple

from encoder.standardise.dates.value import Calendar


class Word(StrEnum):
    """The meaning of a word that is no month, calendar or era."""

    NOISE = "noise"
    ABOUT = "about"
    AGE = "age"
    DECADE = "decade"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    YEAR_AHEAD = "year ahead"
    MONTH_AHEAD = "month ahead"
    DAY_AHEAD = "day ahead"
    SOLAR = "solar"
    LUNAR = "lunar"


class Era(NamedTuple):
    """An era whose months are Gregorian: the Gregorian year is `offset` + its own, which runs up to `longest`."""

    calendar: Calendar
    offset: int
    longest: int


MONTHS = {
    Calendar.GREGORIAN: (
        "jänner,jaenner,janv,kanun al thani,كانون الثاني,كانون ثاني,جانفي,يناير,ینایر,มกรา,জানুয়ারি,ጃንዋሪ,ጃንዩዋሪ|"
        "feber,febr,fevr,shubat,شباط,فيفري,กุมภา,ফেব্রুয়ারি,ፌብሯሪ,ፌብርዋሪ|mart,maerz,mrz,adar,آذار,اذار,มีนา|"
        "nisan,نيسان,أفريل,ابريل,إبريل,เมษา|ayyar,أيار,ايار,ماي,มาย,พฤษภา|haziran,حزيران,جوان,يونيه,มิถุนา|"
        "tammuz,luulyo,تموز,جويلية,يوليه,يوليوز,กรกฎา|sierpien,aout,آب,أوت,اغسطس,غشت,สิงหา|"
        "sept,septembre,setiembre,eylul,أيلول,ايلول,شتنبر,กันยา|okt,tishrin al awwal,تشرين الأول,تشرين اول,ตุลา|"
        "tishrin al thani,تشرين الثاني,تشرين ثاني,نونبر,พฤศจิกา|dez,kanun al awwal,كانون الأول,كانون اول,دجنبر,ธันวา"
    ),
    Calendar.HIJRI: (
        "muharram al haram,muharam,محرم الحرام|safar al muzaffar,صفر المظفر|"
        "rabi i,rabi 1,rabi al awal,rabi al awwal,rabi ul awwal,rabi alawwal,ربيع الأول,ربيع اول,ربیع الاول|"
        "rabi ii,rabi 2,rabi al thani,rabi ath thani,rabi al akhir,rabi us sani,ربيع الثاني,ربيع الآخر,ربيع الاخر|"
        "jumada i,jumada 1,jumada al ula,jumada al awwal,jamadi ul awwal,جمادى الأولى,جمادى الاول,جمادی الاول|"
        "jumada ii,jumada 2,jumada al thani,jumada al thania,jumada al akhira,jumada al akhirah,jamadi us sani,"
        "جمادى الآخرة,جمادى الثانية,جمادى الاخرة,جمادی الثانی|rajab al murajjab,رجب المرجب|shaaban,sha ban,"
        "شعبان المعظم|ramadhan,ramzan,رمضان المبارك|shawal,شوال المكرم|"
        "dhu al qidah,dhu al qadah,dhul qadah,dhul qidah,zul qadah,zilqad,ziqad,ذو القعدة,ذي القعدة,ذیقعده|"
        "dhu al hijjah,dhul hijjah,dhul hijja,zul hijjah,zilhaj,zilhajj,ذو الحجة,ذي الحجة,ذیحجه"
    ),
    Calendar.JALALI: (
        "hamal,فروردين|sawr,saur,اردي بهشت,ارديبهشت|jawza,jauza,غبرګولی,غبرګولي|"
        "saratan,تير,چنګاښ|asad,amordad,امرداد|sunbula,سنبله,شهريور|"
        "mizan|aqrab,abaan|qaws,qaus,اذر|jadi,jaddi,دی|dalw,dalwa|hut,hoot,espand,کب"
    ),
    Calendar.ETHIOPIAN: (
        "maskaram,mäskäräm,መስከረም|tikemt,tiqimt,ጥቅምት|hidar,ህዳር,ሕዳር,ኀዳር|tahisas,tahsas,ታህሳስ,ታህሣሥ,ታኅሳስ,ታሕሳስ|tir,ጥር|yekatit|"
        "megabit|miyazia,ሚያዚያ|ginbot|sene,sané,ሰኔ|hamle,ሀምሌ,ሃምሌ|nehase,ነሃሴ,ነሀሴ|pagume,pagumien,ጳጉሜ,ጷጉሜ"
    ),
    Calendar.INDIAN: (
        "chait,चैत्र|baisakh,vaishakh,वैशाख,बैशाख|jestha,jeth|asar,ashadh,ashar|shrawan,sawan|bhadau,bhadra,bhadon|ashwin,asoj|"
        "kartik,कात्तिक|mangsir,agrahan,मङ्सिर,मंसीर|poush,push|magh|falgun,phalgun,phagun"
    ),
}
"""Twelve or thirteen months parted by bars, the first month of the calendar first."""

CALENDARS = {
    "ad,ce,miladi,milady,gregorian,grigorian,م,ميلادي,ميلادية,میلادی,ค.ศ.,คศ,公元,西元,西曆,"
    "西历,西暦,서기,gc,እ.ኤ.አ.,እኤአ": (Calendar.GREGORIAN),
    "julian,old style,ст.ст.,ст ст,ст.стиль": Calendar.JULIAN,
    "ah,hijri,hijriyah,hijriya,hegire,hidschra,hicri,h,ه,هـ,هجري,هجرية,هجری,хиджры": Calendar.HIJRI,
    "jalali,shamsi,ap,هش,هـ.ش,خورشیدی,hijri shamsi,sh": Calendar.JALALI,
    "هق,هـ.ق": Calendar.HIJRI,
    "be,พ.ศ.,พศ,พุทธศักราช,ព.ស.,ពស,ພ.ສ.,佛曆,佛历": Calendar.BUDDHIST,
    "民國,民国,中華民國,中华民国,minguo,roc,주체,juche": Calendar.ROC,
    "ec,ethiopian,ዓ.ም.,ዓም,ዓመተ ምህረት,ዓ/ም": Calendar.ETHIOPIAN,
    "saka,शक,शक संवत": Calendar.INDIAN,
    "hebrew": Calendar.HEBREW,
    "bs,vs,bikram sambat,vikram samvat,वि.सं.,विसं,बि.सं.,बिसं,विक्रम संवत": Calendar.NEPALI,
    "农历,農曆,阴历,陰曆,旧历,舊曆,음력,旧暦,âm lịch,am lich": Calendar.EAST_ASIAN_LUNAR,
}

ERAS = {
    "明治,meiji": Era(Calendar.JAPANESE, 1867, 45),
    "大正,taisho,taishō": Era(Calendar.JAPANESE, 1911, 15),
    "昭和,showa,shōwa": Era(Calendar.JAPANESE, 1925, 64),
    "平成,heisei": Era(Calendar.JAPANESE, 1988, 31),
    "令和,reiwa": Era(Calendar.JAPANESE, 2018, 99),
    "단기,檀紀,檀纪": Era(Calendar.GREGORIAN, -2333, 4500),
}

ERA_LETTERS = {"m": "明治", "t": "大正", "s": "昭和", "h": "平成", "r": "令和"}
"""Eras of Japan by the letter ahead of the year, as forms have them."""

WORDS = {
    # Between the parts, after ordinals, days of the week, "born" and "year of birth" in many languages.
    "of,the,on,at,in,au,aux,на,к,станом на,al,zum,per,op,pe,til,в,de,del,di,du,da,do,den,der,"
    "van,le,el,st,nd,rd,th,er,ere,re,eme,e,o,a,i,y,d,g,r,го,й,е,ші,ден,la,em,"
    "born,b,dob,birth,year of birth,ne,nee,né le,nacido,nacida,nascido,nascida,nato,nata,il,"
    "am,geb,geboren,geb am,né en,"
    "рожд,род,родился,родилась,рожден,року,року народження,р,рр,рн,р н,г,г р,гр,гг,год,года,году,года рождения,"
    "год рождения,г рожд,ур,urodzony,urodzona,ur,roku,rok,rokur,narozen,narozena,nar,naroz,"
    "született,szül,dogumlu,dogum,"
    "doğumlu,dogdu,yılı,yili,жылы,жылғы,жыл,ж,m,gada,gads,gada,tanggal,tgl,lahir,tarihi,dated,"
    "en,año,ano,anno,jahr,årgang,f,född,fodt,sündinud,vuonna,synt,γεν,γεννηθείς,του,τησ,"
    "سنة,سنه,سال,عام,مواليد,موالید,متولد,مولود,تاريخ,تاریخ,في,في عام,يوم,من,من شهر,شهر,ماه,روز,"
    "שנת,נולד,נולדה,ב,生,出生,出生于,生まれ,生れ,生于,生於,생,출생,년생,生人,เกิด,วันที่,"
    "เดือน,ที่,ዓመት,ቀን,जन्म,को,সাল,সালে,তারিখ,ई,"
    "monday,mon,tuesday,tue,tues,wednesday,wed,thursday,thu,thurs,friday,fri,saturday,sat,sunday,sun,"
    "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche,lunes,martes,miércoles,jueves,viernes,sábado,domingo,"
    "montag,dienstag,mittwoch,donnerstag,freitag,samstag,sonntag,понедельник,вторник,среда,"
    "четверг,пятница,суббота,"
    "воскресенье,الاثنين,الثلاثاء,الأربعاء,الخميس,الجمعة,السبت,الأحد,日曜日,月曜日,火曜日,"
    "水曜日,木曜日,金曜日,土曜日,"
    "年生,年生まれ,年出生,yil,йил,წლის,წელს,թ,թվական,թվականի,ء,ی,ئی,ইং,খ্রি,খ্রিঃ,খ্রিস্টাব্দ,ই,শে,লা,রা,ঠা,"
    "as of,as at,as on": Word.NOISE,
    "about,circa,ca,c,approx,approximately,around,est,estimated,abt,roughly,vers,environ,env,hacia,aprox,"
    "aproximadamente,alrededor de,cerca de,cca,cirka,ungefähr,etwa,rund,um,около,ок,прибл,"
    "приблизительно,примерно,бл,"
    "близько,około,ok,kolem,kb,körülbelül,yaklaşık,tahminen,περίπου,περι,حوالي,حوالی,تقريبا,"
    "تقریبا,نحو,حدود,约,約,大约,大約,頃,"
    "ごろ,약,경,쯤,khoảng,kira kira,sekitar,sekira,प्रायः,लगभग,करीब,প্রায়,আনুমানিক,ประมาณ,"
    "noin,omkring,omtrent,rond,ongeveer,"
    "apie,okoli,intorno al,verso,circa il,בערך,ገደማ,մոտ,დაახლოებით": Word.ABOUT,
    "aged,age,years,year old,years old,yr,yrs,yo,y o,old,year,ans,an,âgé,âgée,âgé de,âgée de,"
    "años,anos,anni,jahre,alt,"
    "jahre alt,лет,возраст,года возраста,років,рокив,lat,let,éves,ετών,yaş,yaşında,سنوات,"
    "عمره,عمر,عمرها,ساله,سن,岁,歲,歳,才,세,"
    "살,tuổi,tahun,umur,usia,वर्ष,साल,उम्र,বছর,বয়স,ปี,อายุ,בן,בת,גיל,ዕድሜ,jaar,år,vuotta": Word.AGE,
    "年代,年代,년대,annees,décennie,decennio,década de,decade,decade of the,talet": Word.DECADE,
    "年,년,оны,он,ခုနှစ်,ခု": Word.YEAR,
    "月,월,сарын,сар,လ": Word.MONTH,
    "日,일,号,號,өдөр,ны өдөр,ရက်,ရက်နေ့": Word.DAY,
    "năm,ឆ្នាំ,ປີ": Word.YEAR_AHEAD,
    "tháng,ខែ,ເດືອນ": Word.MONTH_AHEAD,
    "ngày,ថ្ងៃ,ថ្ងៃទី,ວັນທີ": Word.DAY_AHEAD,
    "شمسي,شمسی,ش,solar,шамси": Word.SOLAR,
    "قمري,قمری,ق,lunar": Word.LUNAR,
}
