/** What a column of a candle file holds. */
export type Price = 'open' | 'high' | 'low' | 'close';
export type ColumnRole =
  | Price
  | 'time'
  | 'open-time'
  | 'date'
  | 'clock'
  | 'close-time'
  | 'volume'
  | 'base-volume'
  | 'quote-volume'
  | 'ticks'
  | 'symbol'
  | 'interval'
  | 'adjusted-close'
  | 'other';

export const PRICES: readonly Price[] = ['open', 'high', 'low', 'close'];

/** Names in lower case without blanks, signs, accents and units. One letter names are those of JSON APIs. */
const NAMES: readonly (readonly [role: ColumnRole, names: string])[] = [
  [
    'open-time',
    'opentime timeopen starttime timestart start timeperiodstart periodstart candlebegintime klineopentime barstart from begin begintime',
  ],
  [
    'time',
    'time timestamp datetime t ts mts unix unixtime unixtimestamp epoch epochtime localtime gmttime utctime utcdate utcdatetime utctimestamp timeutc dateutc datetimeutc timestamputc timegmt dategmt timestampgmt datetimegmt zeit zeitstempel horodatage snappedat',
  ],
  [
    'time',
    'timestampms timestamps tstamp utc index bartime candletime dateandtime datumzeit datumuhrzeit fechahora marktzeit',
  ],
  ['date', 'date day datum fecha data dt jour tag tradedate tradingdate'],
  ['clock', 'clock uhrzeit heure hora ora hour hr hh stunde he hourend hourending'],
  ['close-time', 'closetime timeclose endtime timeend end timeperiodend periodend klineclosetime barend to'],
  [
    'open',
    'open o openprice priceopen opening openingprice first firstprice eroffnung eroffnungskurs erster ouverture ouv apertura abertura opn startkurs',
  ],
  [
    'high',
    'high h max highest highprice pricehigh maxprice hoch hochst hochstkurs tageshoch haut plushaut maximo massimo maxima maximum',
  ],
  [
    'low',
    'low l min lowest lowprice pricelow minprice tief tiefst tiefstkurs tagestief bas plusbas minimo minima minimum',
  ],
  [
    'close',
    'close c last closing closeprice priceclose closingprice lastprice closelast schluss schlusskurs letzter cloture clot dernier cierre ultimo fechamento chiusura',
  ],
  ['adjusted-close', 'adjclose adjustedclose closeadj'],
  [
    'base-volume',
    'basevolume volumebase basevol volumefrom baseassetvolume homenotional basecurrencyvolume vol_base volumeinbase',
  ],
  [
    'quote-volume',
    'quotevolume volumequote quotevol volumeto quoteassetvolume foreignnotional turnover quotecurrencyvolume turnovervolume volumeinquote amountquote volccyquote dollarvolume sum',
  ],
  ['ticks', 'tickvol tickvolume tickqty ticks'],
  ['volume', 'volume vol v volumen volumetraded volumes umsatz volumeb volumeunits size qty quantity stuck'],
  [
    'interval',
    'interval timeframe granularity datagranularity resolution period per periodid tf barsize candleinterval klineinterval frequency freq',
  ],
  ['symbol', 'symbol ticker pair market instrument product productid instid instrumentname'],
];
const ROLES = new Map<string, ColumnRole>(
  NAMES.flatMap(([role, names]) => names.split(' ').map((name) => [name, role] as const)),
);

/** Units and hints that follow a name: `Open (USD)`, `Closing Price (USD)`, `24h High (USD)`. */
/** `1. open`: numbered names. */
const NUMBERED = /^\d+[a-z]?\. /;
const UNIT = /\((?!utc|gmt|ms|s\))[^)]*\)|\[[^\]]*\]|^24h/g;

export function plainName(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replace(NUMBERED, '')
    .replaceAll(UNIT, '')
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The role of a column by its name, before the rest of the header is known. */
export function roleOfName(name: string): ColumnRole {
  return ROLES.get(plainName(name)) ?? 'other';
}

/** `Volume BTC`, `Volume (USDT)`, `volume_usd`, `BTC Volume`: the currency of a volume column; null when it names none. */
export function volumeCurrency(name: string): string | null {
  const words = name
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  const rest = words.filter((word) => word !== 'VOLUME' && word !== 'VOL');
  return words.length === 2 && rest.length === 1 && /^[A-Z0-9]{2,10}$/.test(rest[0]!) ? rest[0]! : null;
}
