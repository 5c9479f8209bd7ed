import { describeEveryWrite } from './every-write-under-kills.ts';

describeEveryWrite(9);
