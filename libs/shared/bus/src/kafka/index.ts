export { KafkaBus, type KafkaBusOptions } from './kafka-bus.js';
export { ReceivingLog } from './receiving-log.js';
